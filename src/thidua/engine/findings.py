"""What verifying finds: differences, each with a stable code and the place where it lies."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Beyond so many, differences are counted but no longer named.
NAMED_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it must be."""

    code: str
    place: Mapping[str, object]

    @property
    def text(self) -> str:
        """The difference as one line."""
        return f"{self.code}: " + ", ".join(f"{name} {value}" for name, value in self.place.items())


@dataclass(slots=True)
class Findings:
    """Every difference found, and how much was looked at."""

    differences: int = 0
    named: list[Difference] = field(default_factory=list)
    looked_at: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, code: str, **place: object) -> None:
        """Count a difference, and name it unless there are too many."""
        self.differences += 1
        if len(self.named) < NAMED_MAX:
            self.named.append(Difference(code, place))

    def saw(self, what: str, count: int) -> None:
        """Count what was looked at."""
        self.looked_at[what] = self.looked_at.get(what, 0) + count
