"""Finds the table in a sheet: the row of titles, and which lines below it are not rows at all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from thidua.imports.fields import NOT_KEPT, field_for, fields_of, header_words
from thidua.imports.model import Kind
from thidua.imports.opening import Opened, Sheet

_LOOKED_AT_ROWS = 40
_TOTAL = re.compile(r"^(tổng cộng|tổng số|tổng|cộng|total|tong cong|tong so)\b", re.IGNORECASE)
_TOTAL_CELLS_MAX = 4
_HEADERS_AGAIN_SHARE = 0.6
_HEADER_FIELDS_MIN = 2
_COLUMNS_OF_A_LIST_MAX = 3


@dataclass(frozen=True, slots=True)
class Table:
    """Where the table stands: sheet, number of the row of titles (0: none), kind, which column is what."""

    sheet: str
    header: int
    kind: Kind
    titles: tuple[str, ...]
    columns: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line below the titles; `why_not` is the code of why it is not a row, or empty."""

    number: int
    cells: tuple[str, ...]
    why_not: str = ""


def find_table(opened: Opened, kind: Kind | None) -> Table:
    """Return the likeliest table of the file, of this kind or of the kind that fits best."""
    kinds = tuple(Kind) if kind is None else (kind,)
    tables = (table_of(sheet, one) for sheet in opened.sheets for one in kinds)
    return max(tables, key=lambda table: (_fit(table), len(table.columns)))


def table_of(sheet: Sheet, kind: Kind, *, header: int | None = None) -> Table:
    """Return the table of one sheet; without a row of titles that anybody knows, columns have none."""
    number = _likeliest_header(sheet, kind) if header is None else header
    titles = _titles(sheet, number)
    width = max((len(row) for row in sheet.rows[:_LOOKED_AT_ROWS]), default=0)
    padded = (*titles, *([""] * max(0, width - len(titles))))
    return Table(sheet.name, number, kind, padded, _columns(kind, padded))


def lines_of(sheet: Sheet, table: Table) -> Iterator[Line]:
    """Yield every filled line below the titles, saying of each whether it is a row."""
    for number, row in enumerate(sheet.rows[table.header :], start=table.header + 1):
        if any(cell.strip() for cell in row):
            yield Line(number, tuple(row), _why_not(row, table))


def _fit(table: Table) -> tuple[int, int]:
    stated = set(table.columns.values()) - {NOT_KEPT}
    required = [one.name for one in fields_of(table.kind).values() if one.is_required]
    if {"family_name", "given_name"} <= stated:
        stated.add("name")
    return sum(name in stated for name in required) * 3 - len(required) + len(stated), len(stated)


def _likeliest_header(sheet: Sheet, kind: Kind) -> int:
    best, best_fields = 0, 0
    for number, row in enumerate(sheet.rows[:_LOOKED_AT_ROWS], start=1):
        stated = {field for cell in row if (field := field_for(kind, cell)) is not None}
        if len(stated) >= _HEADER_FIELDS_MIN and len(stated) > best_fields:
            best, best_fields = number, len(stated)
    return best


def _titles(sheet: Sheet, number: int) -> tuple[str, ...]:
    if not 1 <= number <= len(sheet.rows):
        return ()
    return tuple(" ".join(cell.split()) for cell in sheet.rows[number - 1])


def _columns(kind: Kind, titles: Sequence[str]) -> dict[int, str]:
    """The field of each column; a field said twice is the first column's."""
    found: dict[int, str] = {}
    for at, title in enumerate(titles):
        field = field_for(kind, title)
        if field is not None and (field == NOT_KEPT or field not in found.values()):
            found[at] = field
    names = set(found.values())
    if "given_name" in names and not names & {"family_name", "name"}:
        found = {at: "name" if field == "given_name" else field for at, field in found.items()}
    return found


def _why_not(row: Sequence[str], table: Table) -> str:
    filled = [(at, cell.strip()) for at, cell in enumerate(row) if cell.strip()]
    if len(filled) <= _TOTAL_CELLS_MAX and any(_TOTAL.match(cell) for _, cell in filled):
        return "total_line"
    if _says_titles_again(filled, table):
        return "titles_again"
    return "stray_line" if len(filled) == 1 and _is_stray(filled[0][0], table) else ""


def _is_stray(at: int, table: Table) -> bool:
    """Whether a line's only cell is no row: a signature below the table stands in any column."""
    required = {one.name for one in fields_of(table.kind).values() if one.is_required}
    return len(table.columns) > _COLUMNS_OF_A_LIST_MAX or table.columns.get(at) not in required


def _says_titles_again(filled: Sequence[tuple[int, str]], table: Table) -> bool:
    titled = [at for at, title in enumerate(table.titles) if title]
    same = sum(
        at < len(table.titles) and header_words(cell) == header_words(table.titles[at]) for at, cell in filled
    )
    return bool(titled) and same >= max(_HEADER_FIELDS_MIN, _HEADERS_AGAIN_SHARE * len(titled))
