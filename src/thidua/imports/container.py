"""Looks at a file before anything reads it: what it is by its first bytes, and how large it unpacks."""

import io
import zipfile

from thidua.imports.errors import FileRefusedError

FILE_BYTES_MAX = 8 * 1024 * 1024
_UNPACKED_BYTES_MAX = 120 * 1024 * 1024
_MEMBERS_MAX = 2_000
_ENCRYPTED_FLAG = 0x1
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_DOCUMENTS = (b"%PDF", b"{\\rtf", b"\x7fELF", b"MZ", b"<!DOCTYPE", b"<html", b"<?xml", b"SQLite format 3")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How the streams of an encrypted .xlsx are named inside its old-office wrapping, in UTF-16.
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_MACROS = ("vbaproject.bin", "basic/", "scripts/")
_OTHER_OFFICE = ("word/", "ppt/", "visio/")
_NESTED = (".zip", ".rar", ".7z", ".gz", ".xlsx", ".xlsm")


def form_of(content: bytes) -> str:
    """Return `workbook` or `text` for a file that may be read; everything else is refused with its reason."""
    if not content.strip():
        raise FileRefusedError("file_empty")
    if len(content) > FILE_BYTES_MAX:
        raise FileRefusedError("file_too_large", megabytes=FILE_BYTES_MAX // 1024 // 1024)
    for beginnings, code in (
        (_PICTURES, "file_is_picture"),
        (_ARCHIVES, "file_is_archive"),
        (_DOCUMENTS, "file_not_a_table"),
    ):
        if content.startswith(beginnings):
            raise FileRefusedError(code)
    if content.startswith(_OLD_OFFICE):
        if _ENCRYPTED_STREAM in content:
            raise FileRefusedError("file_encrypted")
        return "workbook"
    if content.startswith(_ZIP):
        _look_inside(content)
        return "workbook"
    return "text"


def _look_inside(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise FileRefusedError("file_damaged") from None
    names = [member.filename.lower() for member in members]
    if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
        raise FileRefusedError("file_encrypted")
    if any(name.startswith(_OTHER_OFFICE) for name in names):
        raise FileRefusedError("file_not_a_table")
    if not _is_office(names) or any(name.endswith(_NESTED) for name in names) or _leads_out(names):
        raise FileRefusedError("file_is_archive")
    if any(mark in name for name in names for mark in _MACROS):
        raise FileRefusedError("file_has_macros")
    unpacked = sum(member.file_size for member in members)
    if len(members) > _MEMBERS_MAX or unpacked > _UNPACKED_BYTES_MAX:
        raise FileRefusedError("file_unpacks_too_large", megabytes=_UNPACKED_BYTES_MAX // 1024 // 1024)


def _is_office(names: list[str]) -> bool:
    return "xl/workbook.xml" in names or "xl/workbook.bin" in names or "content.xml" in names


def _leads_out(names: list[str]) -> bool:
    return any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names)
