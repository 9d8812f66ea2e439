"""Cells of the files we hand out: a spreadsheet that opens them finds texts and numbers, never a formula."""

import csv
import io
import re
from collections.abc import Iterable

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
# What begins a formula, also in the full-width letters of East Asian keyboards.
_SIGNS = "=+\\-@＝＋－＠"  # noqa: RUF001 -- they work as formulas too
_FORMULA = re.compile(rf"[\s\x00-\x1f\x7f]*[{_SIGNS}]|[\t\r\n\x00]")
# Where a program that takes another separator than the comma would begin a cell.
_INNER = re.compile(rf"([;\t\r\n|]\s*)(?=[{_SIGNS}])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def guarded(text: str) -> str:
    """Return the text for a CSV cell, with a quote before whatever a spreadsheet would take for a formula.

    A negative number is a number and stays as it is.
    """
    if _NUMBER.fullmatch(text):
        return text
    safe = _INNER.sub(r"\1'", text)
    return _CONTROL.sub("", f"'{safe}" if _FORMULA.match(text) else safe)


def csv_lines(rows: Iterable[Iterable[str]]) -> bytes:
    """Return rows as CSV (RFC 4180, UTF-8); the caller guards the cells and writes the mark in front."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue().encode()
