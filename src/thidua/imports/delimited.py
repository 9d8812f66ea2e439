"""Text into rows, for every separator in use; a quote left open spoils its own row and no other."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence

from thidua.imports.decoding import UNREADABLE

_SEPARATORS = ";\t,|"
_LOOKED_AT_LINES = 60
_LINES_OF_A_CELL_MAX = 20
_CELL_CHARACTERS_MAX = 100_000


def rows_of(text: str) -> Iterator[list[str]]:
    """Yield the cells of every line; a cell may hold line ends when it is quoted."""
    lines = text.splitlines(keepends=False) if "\r" in text else text.split("\n")
    separator, lines = _separator(lines)
    width = _usual_width(lines[:_LOOKED_AT_LINES], separator)
    at = 0
    while at < len(lines):
        taken, cells = _row(lines, at, separator, width)
        yield cells
        # So that a row keeps the number its first line has in the file.
        yield from ([] for _ in range(taken - 1))
        at += taken


def _separator(lines: list[str]) -> tuple[str, list[str]]:
    first = lines[0].strip() if lines else ""
    if first.lower().startswith("sep=") and len(first) == len("sep=;"):
        return first[-1], ["", *lines[1:]]
    looked_at = [line for line in lines[:_LOOKED_AT_LINES] if line.strip()]
    return max(_SEPARATORS, key=lambda separator: _agreement(looked_at, separator)), lines


def _agreement(lines: Sequence[str], separator: str) -> tuple[int, int]:
    """How many lines have the most usual number of separators, and that number."""
    counts = Counter(line.count(separator) for line in lines if separator in line)
    if not counts:
        return 0, 0
    number, lines_with = counts.most_common(1)[0]
    return lines_with * min(number, 3), number


def _usual_width(lines: Sequence[str], separator: str) -> int:
    counts = Counter(line.count(separator) + 1 for line in lines if '"' not in line and line.strip())
    return counts.most_common(1)[0][0] if counts else 0


def _row(lines: Sequence[str], at: int, separator: str, width: int) -> tuple[int, list[str]]:
    line = lines[at]
    if '"' not in line:
        return 1, line.split(separator)
    cells = _parsed(line, separator)
    if cells is not None:
        return 1, cells
    for more in range(1, min(_LINES_OF_A_CELL_MAX, len(lines) - at)):
        joined = _parsed("\n".join(lines[at : at + more + 1]), separator)
        if joined is not None and len(joined) == width:
            return more + 1, joined
    # The quote was never closed, or closed in the middle of a cell: it is an ordinary, unreadable character.
    return 1, [cell.replace('"', UNREADABLE) for cell in line.split(separator)]


def _parsed(line: str, separator: str) -> list[str] | None:
    if len(line) > _CELL_CHARACTERS_MAX:
        return None
    reader = csv.reader(io.StringIO(line, newline=""), delimiter=separator, strict=True)
    try:
        found = list(reader)
    except csv.Error:
        return None
    return found[0] if len(found) == 1 else None
