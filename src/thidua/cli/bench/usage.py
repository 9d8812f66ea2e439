"""How much processor time the processes of the bench have used, by kind."""

import os
from collections.abc import Mapping
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_USED = slice(11, 15)  # user and system, its own and that of children that have ended


def seconds_of(pid: int) -> float:
    """The seconds that the process and everything below it have used so far."""
    return sum(_seconds(one) for one in family(pid))


def family(pid: int) -> set[int]:
    """The process and every process below it."""
    found, fresh = {pid}, {pid}
    while fresh:
        fresh = {child for one in fresh for child in _children(one)} - found
        found |= fresh
    return found


def per_item(before: Mapping[str, float], after: Mapping[str, float], items: int) -> dict[str, float]:
    """Microseconds an item between two readings, by kind of process."""
    return {kind: (after[kind] - before[kind]) * 1e6 / max(items, 1) for kind in after}


def _seconds(pid: int) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile; its parent now counts it
        return 0.0
    return sum(map(int, words[_USED])) / _TICKS_PER_SECOND


def _children(pid: int) -> set[int]:
    try:
        texts = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return set()
    return {int(word) for text in texts for word in text.split()}
