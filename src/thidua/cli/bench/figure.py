"""What a benchmark found, and how it is shown."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_HEADINGS = ("name", "figure", "unit", "limit", "ratio", "accept", "goal", "CPU us per item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line: what was reached, and what the bare machine reaches in the same run."""

    name: str
    figure: float
    unit: str
    limit: float
    limit_is: str
    accept: float
    goal: float
    members: int
    seed: int
    is_quick: bool
    items: int
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_us_per_item: dict[str, float] = field(default_factory=dict)
    less_is_better: bool = False
    faults: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """The share of the raw limit that was reached: 1 would be all of it, of speeds and of times alike."""
        over, under = (self.limit, self.figure) if self.less_is_better else (self.figure, self.limit)
        return over / under if under else 0.0

    @property
    def is_accepted(self) -> bool:
        """Whether the figure is as good as it must be, in every answer right."""
        is_enough = self.figure <= self.accept if self.less_is_better else self.figure >= self.accept
        return is_enough and not self.faults

    def told(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "name": self.name,
            "figure": _rounded(self.figure),
            "unit": self.unit,
            "limit": _rounded(self.limit),
            "ratio": _rounded(self.ratio),
            "limit_is": self.limit_is,
            "accept": self.accept,
            "goal": self.goal,
            "is_accepted": self.is_accepted,
            "less_is_better": self.less_is_better,
            "p50_ms": self.p50_ms,
            "p99_ms": self.p99_ms,
            "cpu_us_per_item": {kind: _rounded(spent) for kind, spent in self.cpu_us_per_item.items()},
            "items": self.items,
            "members": self.members,
            "seed": self.seed,
            "quick": self.is_quick,
            "faults": list(self.faults),
            **self.more,
        }


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table."""
    head = [f"| {' | '.join(_HEADINGS)} |", f"|{' --- |' * len(_HEADINGS)}"]
    return "\n".join([*head, *map(_line, figures)])


def _line(one: Figure) -> str:
    sign = "<=" if one.less_is_better else ">="
    spent = ", ".join(f"{kind} {_shown(us)}" for kind, us in one.cpu_us_per_item.items())
    delays = "" if one.p99_ms is None else f" (p50 {one.p50_ms} ms, p99 {one.p99_ms} ms)"
    wrong = f" WRONG: {len(one.faults)}" if one.faults else ""
    words = (
        one.name,
        f"{_shown(one.figure)}{delays}{wrong}",
        one.unit,
        f"{_shown(one.limit)} ({one.limit_is})",
        f"{one.ratio:.2f}",
        f"{sign} {_shown(one.accept)}",
        f"{sign} {_shown(one.goal)}",
        spent,
    )
    return f"| {' | '.join(words)} |"


def _rounded(number: float) -> float:
    return round(number, 3)


def _shown(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"  # noqa: PLR2004 -- small ones need a fraction
