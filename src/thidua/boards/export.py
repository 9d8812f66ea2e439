"""A whole standing as a file: CSV for any size, XLSX up to what a worksheet takes well."""

import io
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from uuid import UUID

import xlsxwriter

from thidua.boards.errors import ExportTooLargeError
from thidua.boards.model import Place
from thidua.boards.question import Question
from thidua.boards.reading import Reader
from thidua.boards.shelf import Shelved
from thidua.kernel.cells import BOM, csv_lines, guarded
from thidua.kernel.period import VIETNAM
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.names import ShownName

COLUMNS = ("rank", "tied", "id", "code", "name", "score", "reached_at")
XLSX_ROWS_MAX = 50_000
_ROWS_AT_ONCE = 1_000


def about(question: Question, shelved: Shelved) -> list[str]:
    """The lines about the export: what it shows, of when, and what decides."""
    key, board = question.key, question.key.board
    lines = [
        f"board: {key.slug}",
        f"as_of: {shelved.as_of.astimezone(VIETNAM).isoformat()}",
        f"scope: {question.scope.code}",
        f"period: {key.period}",
        f"kind: {key.kind or ''}",
        f"division: {key.division or ''}",
        f"tie_chain: {' '.join(board.tie_chain)}",
        f"order: {' '.join(board.order)}",
    ]
    standing = shelved.standing
    if board.is_per_member:
        frozen = "written down" if standing.is_frozen else "not frozen"
        lines.append(f"members: of {standing.members_on} ({frozen})")
    return lines


async def csv_of(reader: Reader, question: Question, shelved: Shelved) -> AsyncIterator[bytes]:
    """The export as CSV (RFC 4180, UTF-8 with BOM), a part at a time."""
    yield (BOM + "".join(f"# {line}\r\n" for line in about(question, shelved))).encode()
    yield csv_lines([COLUMNS])
    async for rows in _rows(reader, shelved, question.key.board.who):
        yield csv_lines(rows)


async def xlsx_rows(reader: Reader, shelved: Shelved, who: SubjectKind) -> list[list[str]]:
    """The rows of a worksheet; a board too large for one is refused."""
    if shelved.standing.total > XLSX_ROWS_MAX:
        raise ExportTooLargeError(rows=shelved.standing.total, maximum=XLSX_ROWS_MAX)
    return [row async for rows in _rows(reader, shelved, who, is_guarded=False) for row in rows]


def xlsx_of(lines: Iterable[str], rows: Iterable[list[str]], *, headings: Sequence[str] = COLUMNS) -> bytes:
    """The export as a worksheet under those lines: every name is text, never a formula."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("board")
    at = 0
    for line in lines:
        sheet.write_string(at, 0, line)
        at += 1
    for row in [headings, *rows]:
        for column, value in enumerate(row):
            if COLUMNS[column] in {"rank", "score"} and _is_number(value):
                sheet.write_number(at, column, float(value))
            else:
                sheet.write_string(at, column, value)
        at += 1
    book.close()
    return file.getvalue()


def _is_number(value: str) -> bool:
    return value.removeprefix("-").replace(".", "", 1).isdigit()


async def _rows(
    reader: Reader, shelved: Shelved, who: SubjectKind, *, is_guarded: bool = True
) -> AsyncIterator[list[list[str]]]:
    places = shelved.standing.rows()
    while chunk := list(islice(places, _ROWS_AT_ONCE)):
        lines = await reader.names([place.subject for place in chunk], who)
        yield list(_cells(chunk, lines, is_guarded=is_guarded))


def _cells(places: Iterable[Place], lines: dict[UUID, ShownName], *, is_guarded: bool) -> Iterator[list[str]]:
    for place in places:
        line = lines.get(place.subject)
        name = "" if line is None else line.name_vi
        yield [
            "" if place.rank is None else str(place.rank),
            "true" if place.is_tied else "false",
            str(place.subject),
            "" if line is None or line.code is None else line.code,
            guarded(name) if is_guarded else name,
            score_of(place),
            place.reached_at.astimezone(VIETNAM).isoformat(),
        ]


def score_of(place: Place) -> str:
    """The score as text: a whole number, or a fraction with two decimals."""
    if place.members is None:
        return str(place.points)
    if place.members == 0:
        return ""
    whole, rest = divmod(abs(place.hundredths), 100)
    return f"{'-' if place.hundredths < 0 else ''}{whole}.{rest:02d}"
