"""The figures that /trust shows of each promise: chosen in promise_lines.toml, measured by all tests.

    make test-all
    python -m thidua.web.measured build/promises.jsonl

writes promise_figures.json anew; whoever runs it reads the difference before committing it.
"""

import json
import sys
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from thidua.infra.clock import now
from thidua.kernel.period import local_day

_FOLDER = Path(__file__).parent
_WORDS = ("promise", "vi", "en", "wanted_vi", "wanted_en")
_LINES, _FIGURES = _FOLDER / "promise_lines.toml", _FOLDER / "promise_figures.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure of one of the five promises, in words."""

    promise: int
    figure: str
    is_met: bool
    test: str
    vi: str
    en: str
    wanted_vi: str
    wanted_en: str


@cache
def figures() -> tuple[date, tuple[Figure, ...]]:
    """The day of the run, and what it measured."""
    told = json.loads(_FIGURES.read_text(encoding="utf-8"))
    return date.fromisoformat(told["measured_on"]), tuple(Figure(**one) for one in told["figures"])


def chosen(lines: list[dict[str, str]], measured: list[dict[str, str]]) -> list[dict[str, object]]:
    """The latest measurement of each chosen line; a line without one is left out."""
    found: list[dict[str, object]] = []
    for line in lines:
        taken = [one for one in measured if str(one["promise"]).startswith(line["begins"])]
        if taken:
            last = taken[-1]
            words = {name: line[name] for name in _WORDS}
            figure, target = str(last["figure"]), str(last["target"])
            found.append({**words, "figure": figure, "is_met": is_met(figure, target), "test": last["test"]})
    return found


def is_met(figure: str, target: str) -> bool:
    """Whether the figure keeps to its target's bound; one without was asserted by the test itself."""
    bound, _, limit = target.partition(" ")
    if bound not in (">=", "<="):
        return True
    wanted = Decimal(limit.partition(",")[0])
    return Decimal(figure) >= wanted if bound == ">=" else Decimal(figure) <= wanted


def main() -> None:
    """Write the file beside this one."""
    measured = [json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    lines = tomllib.loads(_LINES.read_text(encoding="utf-8"))["line"]
    told = {"measured_on": local_day(now()).isoformat(), "figures": chosen(lines, measured)}
    _FIGURES.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
