"""Reads one file in a process of its own, which may use little memory and time: file in, JSON out.

It writes a space, to say that it is there, and then `{"encoding", "sheets": [{"name", "rows"}]}` or
`{"refused", "facts"}`. If it dies in between, the file was too much for it: its time on the processor and its
memory are limited, how long it takes is not.
"""

import json
import math
import resource
import socket
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO

import python_calamine as calamine

from thidua.imports.container import form_of
from thidua.imports.decoding import UNREADABLE, text_of
from thidua.imports.delimited import rows_of
from thidua.imports.errors import FileRefusedError

MEMORY_BYTES_MAX = 700 * 1024 * 1024
CPU_SECONDS_MAX = 4
ROWS_MAX = 50_000
COLUMNS_MAX = 200
CELLS_MAX = 1_000_000
CELL_CHARACTERS_MAX = 2_000
_SHEETS_MAX = 20
_EXACT_WHOLE_MAX = 10**15
_UNREADABLE_SHARE = 0.05

Rows = list[list[str]]


def answer(stream: socket.socket) -> None:
    """Say that we are there, read the file that comes to its end, write what was found."""
    stream.sendall(b" ")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with stream.makefile("rb") as sent:
            found = opened(sent.read())
    except FileRefusedError as refused:
        found = {"refused": refused.code, "facts": refused.facts}
    except MemoryError:
        found = {"refused": "file_unpacks_too_large", "facts": {}}
    stream.sendall(json.dumps(found).encode())


def opened(content: bytes) -> dict[str, object]:
    """Return the sheets of the file with their rows of texts; the only sheet of a text file has no name."""
    if form_of(content) == "text":
        text, encoding = text_of(content)
        if text.count(UNREADABLE) > _UNREADABLE_SHARE * len(text):
            raise FileRefusedError("file_not_a_table")
        return {"encoding": encoding, "sheets": [{"name": "", "rows": _limited(rows_of(text))}]}
    return {"encoding": "", "sheets": list(_sheets(content))}


def _sheets(content: bytes) -> Iterator[dict[str, object]]:
    try:
        book = calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    except calamine.PasswordError:
        raise FileRefusedError("file_encrypted") from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise FileRefusedError("file_encrypted") from None
        raise FileRefusedError("file_damaged") from None
    shown = [one.name for one in book.sheets_metadata if _is_seen(one)]
    for name in shown[:_SHEETS_MAX]:
        try:
            sheet = book.get_sheet_by_name(name)
        except (calamine.CalamineError, OSError, ValueError):
            raise FileRefusedError("file_damaged") from None
        rows = sheet.to_python(skip_empty_area=False, nrows=ROWS_MAX + 1)
        yield {"name": name, "rows": _limited([_text(cell) for cell in row] for row in rows)}


def _is_seen(sheet: calamine.SheetMetadata) -> bool:
    is_table = sheet.typ == calamine.SheetTypeEnum.WorkSheet
    return is_table and sheet.visible == calamine.SheetVisibleEnum.Visible


def _limited(rows: Iterable[list[str]]) -> Rows:
    kept: Rows = []
    cells = 0
    for row in rows:
        filled = _filled(row)
        cells += len(filled)
        kept.append(filled)
        if len(filled) > COLUMNS_MAX:
            raise FileRefusedError("too_many_columns", columns=COLUMNS_MAX)
        if cells > CELLS_MAX:
            raise FileRefusedError("too_many_cells", cells=CELLS_MAX)
        if len(kept) > ROWS_MAX and filled:
            raise FileRefusedError("too_many_rows", rows=ROWS_MAX)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _filled(row: list[str]) -> list[str]:
    """The row without what is empty at its end, and without anything no field could hold."""
    width = next((at for at in range(len(row), 0, -1) if row[at - 1].strip()), 0)
    return [cell[:CELL_CHARACTERS_MAX] for cell in row[:width]]


def _text(cell: object) -> str:
    """A cell as a person would read it aloud: days and times in ISO form, whole numbers whole."""
    if isinstance(cell, str):
        return cell.replace("\x00", UNREADABLE)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == time(0) else "%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return f"{cell.seconds // 3600:02d}:{cell.seconds // 60 % 60:02d}"
    return _number(cell) if isinstance(cell, int | float) else ""


def _number(cell: float) -> str:
    if math.isfinite(cell) and cell == int(cell) and abs(cell) < _EXACT_WHOLE_MAX:
        return str(int(cell))
    return repr(cell)
