"""Two sides measured by turns, so that a machine that is faster now and slower then decides nothing."""

from dataclasses import dataclass, field

from thidua.cli.bench.load import Measured

_COUNTED = ("postgres", "server", "worker")


@dataclass(slots=True)
class Side:
    """What was measured of one side in all rounds."""

    measured: list[Measured] = field(default_factory=list)

    def cpu_us(self, batch: int) -> dict[str, float]:
        """The processor time of one activity by kind of process."""
        each = [one.cpu_us_per_item(batch) for one in self.measured]
        return {kind: sum(one[kind] for one in each) / len(each) for kind in each[0]}

    def cost_us(self, batch: int) -> float:
        """The processor time of one activity in all that is ours."""
        spent = self.cpu_us(batch)
        return sum(spent[kind] for kind in _COUNTED)

    def a_second(self, batch: int) -> float:
        """How many activities a second were taken in."""
        return sum(one.a_second for one in self.measured) * batch / len(self.measured)
