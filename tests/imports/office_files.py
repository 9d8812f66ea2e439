"""Office files made for tests: honest ones, odd ones, and bombs."""

import io
import zipfile
from collections.abc import Iterable, Sequence

import xlsxwriter

MEMBERS = ("STT", "Họ và tên", "Ngày sinh", "Xã/phường", "Số điện thoại", "Nhóm đối tượng")
LOG = ("Ngày", "Giờ", "Người thực hiện", "Hoạt động", "Số lượng", "Địa điểm", "Minh chứng")
_SHEET = "xl/worksheets/sheet1.xml"
_XML = '<?xml version="1.0"?>'
_OPENED = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_CLOSED = "</sheetData></worksheet>"


def csv_text(rows: Iterable[Sequence[str]], *, separator: str = ";", end: str = "\r\n") -> str:
    """Rows as a person's program saves them, with no cell quoted."""
    return "".join(separator.join(row) + end for row in rows)


def xlsx(rows: Iterable[Sequence[object]], *, hidden: Sequence[Sequence[object]] = ()) -> bytes:
    """Rows as a workbook; `hidden` on a sheet that nobody sees, in front."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    if hidden:
        sheet = book.add_worksheet("Ẩn")
        _fill(sheet, hidden)
        sheet.hide()
    shown = book.add_worksheet("Danh sách")
    shown.activate()
    shown.set_first_sheet()
    _fill(shown, rows)
    book.close()
    return file.getvalue()


def with_member(content: bytes, name: str, body: bytes = b"x") -> bytes:
    """The same archive with one more file in it."""
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, body)
    return file.getvalue()


def raw_xlsx(rows_xml: str, *, prolog: str = "") -> bytes:
    """A workbook whose one sheet holds just this XML."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx([["x"]]))) as honest,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in honest.namelist():
            body = honest.read(name)
            archive.writestr(name, _XML + prolog + _OPENED + rows_xml + _CLOSED if name == _SHEET else body)
    return file.getvalue()


def far_cell() -> bytes:
    """Two cells, the last in the very corner of the sheet: 1 KiB that means 17 thousand million cells."""
    return raw_xlsx(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    )


def heavy_cell(megabytes: int) -> bytes:
    """One cell of so many megabytes, which pack to a thousandth."""
    text = "a" * (megabytes * 1024 * 1024)
    return raw_xlsx(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>')


def laughing() -> bytes:
    """Entities that stand for one another, a thousand million times."""
    entities = "".join(_entity(n) for n in range(10))
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>'
    return raw_xlsx(cell, prolog=f"<!DOCTYPE s [{entities}]>")


def _entity(number: int) -> str:
    meaning = f"&l{number - 1};" * 10 if number else "ha"
    return f'<!ENTITY l{number} "{meaning}">'


def _fill(sheet: xlsxwriter.worksheet.Worksheet, rows: Iterable[Sequence[object]]) -> None:
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
