"""Files as offices send them, and files that nobody should have sent."""

import asyncio
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imports.office_files import (
    MEMBERS,
    csv_text,
    far_cell,
    heavy_cell,
    laughing,
    with_member,
    xlsx,
)
from tests.support.promises import Promise
from thidua.imports import child
from thidua.imports.container import FILE_BYTES_MAX
from thidua.imports.errors import FileRefusedError
from thidua.imports.opening import Opened, Sheet, open_file
from thidua.imports.table import find_table, lines_of

CORPUS = Path(__file__).parents[1] / "corpus" / "imports"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((CORPUS / "expected.toml").read_text(encoding="utf-8"))
SECONDS_OF_A_BOMB_MAX = 10  # the promise is 2 on an idle machine; here others may be testing
ROW = ("1", "Lò Thị Mai", "26/11/1999", "Xã Nậm Tăm", "0912345678", "Cư dân")


def opened_here(content: bytes) -> Opened:
    """The file, opened by the child's own code in this process."""
    told: Any = child.opened(content)
    return Opened(told["encoding"], tuple(Sheet(one["name"], one["rows"]) for one in told["sheets"]))


def rows_in(content: bytes) -> list[tuple[str, ...]]:
    """The rows of the file's likeliest table."""
    opened = opened_here(content)
    table = find_table(opened, None)
    sheet = next(sheet for sheet in opened.sheets if sheet.name == table.sheet)
    return [line.cells for line in lines_of(sheet, table) if not line.why_not]


def test_every_file_has_an_expectation_and_every_expectation_a_file() -> None:
    assert {path.name for path in CORPUS.iterdir()} - {"expected.toml"} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
async def test_a_file_of_the_corpus_is_read_as_expected(name: str) -> None:
    told, content = EXPECTED[name], (CORPUS / name).read_bytes()

    if "refused" in told:
        with pytest.raises(FileRefusedError) as refused:
            await open_file(content)
        assert refused.value.code == told["refused"]
        return
    # Workbooks are opened in a process of their own, as always; texts here, to be quick.
    opened = opened_here(content) if name.endswith((".csv", ".txt")) else await open_file(content)
    table = find_table(opened, None)
    sheet = next(sheet for sheet in opened.sheets if sheet.name == table.sheet)
    lines = list(lines_of(sheet, table))

    assert (table.kind, table.header) == (told["kind"], told["header"])
    assert opened.encoding == told.get("encoding", "")
    assert [line.number for line in lines if not line.why_not] == told["rows"]
    assert {str(line.number): line.why_not for line in lines if line.why_not} == told.get("not_rows", {})
    for at, text in told.get("first", {}).items():
        assert next(line for line in lines if not line.why_not).cells[int(at)] == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_encoding_separator_and_line_end_make_no_difference(encoding: str, separator: str, end: str) -> None:
    content = csv_text([MEMBERS, ROW, ROW], separator=separator, end=end).encode(encoding)

    assert rows_in(content) == [ROW, ROW]


def test_windows_1258_comes_out_composed() -> None:
    tones = {"\N{COMBINING ACUTE ACCENT}", "\N{COMBINING GRAVE ACCENT}"}
    content = b"STT;H\xf4 va ten;Ho va ten;Xa\r\n1;x;Nguy\xea\xden Th\xf2i;L\xf2\r\n"

    rows = rows_in(content)

    assert not tones & set("".join(rows[0]))
    assert "Nguyễn" in rows[0][2]


def test_a_quote_left_open_spoils_its_own_row_only() -> None:
    text = csv_text([MEMBERS]) + '1;"Lan;01/02/2000;Xã Nậm Tăm;;\r\n2;Hoa;01/02/2000;Xã Nậm Tăm;;\r\n'

    rows = rows_in(text.encode())

    assert [row[0] for row in rows] == ["1", "2"]
    assert "\N{REPLACEMENT CHARACTER}" in rows[0][1]
    assert rows[1][1:4] == ("Hoa", "01/02/2000", "Xã Nậm Tăm")


@given(st.text('";,\t|ab 1', max_size=40))
def test_a_bad_row_never_shifts_the_others(bad: str) -> None:
    text = csv_text([MEMBERS, ROW, ROW]) + bad + "\r\n" + csv_text([ROW, ROW])

    rows = rows_in(text.encode())

    assert rows.count(ROW) == 4
    assert rows[:2] == rows[-2:] == [ROW, ROW]


def test_a_cell_may_hold_separators_quotes_and_line_ends_when_it_is_quoted() -> None:
    text = csv_text([MEMBERS]) + '1;"Lan ""bé""; chị";01/02/2000;"Xã\r\nNậm Tăm";;\r\n2;Hoa;;;;\r\n'

    rows = rows_in(text.encode())

    assert rows[0][:4] == ("1", 'Lan "bé"; chị', "01/02/2000", "Xã\nNậm Tăm")
    assert rows[1][0] == "2"


async def test_a_sheet_nobody_sees_is_not_read() -> None:
    secret = [MEMBERS, ("1", "Ẩn Danh", "", "Xã Nậm Tăm", "", "")]

    opened = await open_file(xlsx([MEMBERS, ROW], hidden=secret))

    assert [sheet.name for sheet in opened.sheets] == ["Danh sách"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "file_is_picture"),
        (b"%PDF-1.7 ...", "file_not_a_table"),
        (bytes(range(256)) * 20, "file_not_a_table"),
        (b"PK\x03\x04" + bytes(200), "file_damaged"),
        (with_member(b"", "a.txt"), "file_is_archive"),
        (with_member(b"", "word/document.xml"), "file_not_a_table"),
        (with_member(xlsx([MEMBERS]), "xl/vbaProject.bin"), "file_has_macros"),
        (with_member(xlsx([MEMBERS]), "../../etc/passwd"), "file_is_archive"),
        (with_member(xlsx([MEMBERS]), "xl/nested.zip"), "file_is_archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "file_damaged"),
        (bytes(1) * (FILE_BYTES_MAX + 1), "file_too_large"),
        (b";" * 1000 + b"\n" + b"a;" * 1000, "too_many_columns"),
        (b"a;b\n" * 50_001, "too_many_rows"),
    ],
)
async def test_what_is_no_table_of_a_size_we_take_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        await open_file(content)

    assert refused.value.code == code


BOMBS: dict[str, Callable[[], bytes]] = {
    "far": far_cell,
    "laughing": laughing,
    "heavy": lambda: heavy_cell(130),
}


@pytest.mark.parametrize("name", ["far", "laughing", pytest.param("heavy", marks=pytest.mark.long)])
async def test_a_bomb_costs_a_child_process_and_little_time(name: str, promise: Promise) -> None:
    content = BOMBS[name]()
    clock = asyncio.get_running_loop().time
    started = clock()

    with pytest.raises(FileRefusedError):
        await open_file(content)

    promise("xlsx_bomb_seconds", figure=clock() - started, target=2)
    assert clock() - started < SECONDS_OF_A_BOMB_MAX
