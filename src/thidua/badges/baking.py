"""Puts a credential into a picture and takes it out again, without drawing or encoding the picture anew.

A PNG carries it in exactly one uncompressed iTXt chunk `openbadgecredential`, an SVG in an element
`openbadges:credential`.
"""

import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from PIL import Image

from thidua.badges.baking_errors import (
    CredentialTooLargeError,
    CredentialUnreadableError,
    NoCredentialError,
    NotABadgePictureError,
    OlderBadgeError,
    PictureBrokenError,
    PictureTooLargeError,
    SeveralCredentialsError,
)
from thidua.badges.baking_svg import credential_of_svg, with_credential

PICTURE_BYTES_MAX = 4 * 1024 * 1024
# Reading markup takes a second for three megabytes of nothing but names.
SVG_BYTES_MAX = 1024 * 1024
CREDENTIAL_BYTES_MAX = 512 * 1024
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"openbadgecredential"
_OLDER_KEYWORD = b"openbadges"
# Length, type and checksum, around what a chunk holds.
_AROUND = 12
_AFTER_HEADER = len(_SIGNATURE) + _AROUND + 13
_CHUNKS_MAX = 10_000


class _Chunk(NamedTuple):
    kind: bytes
    start: int
    end: int


def bake_png(png: bytes, credential: str) -> bytes:
    """The picture with the credential (compact JWS, or JSON with its proof) in place of any it had."""
    text = credential.encode()
    if len(text) > CREDENTIAL_BYTES_MAX:
        raise CredentialTooLargeError(kilobytes=CREDENTIAL_BYTES_MAX // 1024)
    had = [chunk for chunk in _chunks(png) if _keyword(png, chunk) == _KEYWORD]
    pieces, at = [png[:_AFTER_HEADER], _written(text)], _AFTER_HEADER
    for chunk in had:
        pieces.append(png[at : chunk.start])
        at = chunk.end
    return b"".join([*pieces, png[at:]])


def unbake_png(png: bytes) -> str:
    """The credential of a PNG, ours or foreign; no picture, none, two, too large: each refused by name."""
    if len(png) > PICTURE_BYTES_MAX:
        raise PictureTooLargeError(megabytes=PICTURE_BYTES_MAX // 1024 // 1024)
    keywords = [(_keyword(png, chunk), chunk) for chunk in _chunks(png)]
    found = [chunk for keyword, chunk in keywords if keyword == _KEYWORD]
    if len(found) > 1:
        raise SeveralCredentialsError
    if found:
        return _text(png, found[0])
    if any(keyword == _OLDER_KEYWORD for keyword, _chunk in keywords):
        raise OlderBadgeError
    raise NoCredentialError


def bake_svg(svg: str, credential: str) -> str:
    """The SVG with the credential in place of any it had."""
    return with_credential(svg, credential)


def unbake_svg(svg: bytes) -> str:
    """The credential of an SVG, refused as `unbake_png` does."""
    if len(svg) > SVG_BYTES_MAX:
        raise PictureTooLargeError(megabytes=SVG_BYTES_MAX // 1024 // 1024)
    text = credential_of_svg(svg)
    if len(text.encode()) > CREDENTIAL_BYTES_MAX:
        raise CredentialTooLargeError(kilobytes=CREDENTIAL_BYTES_MAX // 1024)
    return text


def unbake(picture: bytes) -> str:
    """The credential of a PNG or SVG, told apart by their first bytes."""
    if picture.startswith(_SIGNATURE):
        return unbake_png(picture)
    if picture.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return unbake_svg(picture)
    raise NotABadgePictureError


def resave(before: bytes, image: Image.Image) -> bytes:
    """The image as PNG with the credential that `before` carried, if any: for all that changes pictures."""
    out = io.BytesIO()
    image.save(out, "PNG")
    with suppress(NoCredentialError, NotABadgePictureError):
        return bake_png(out.getvalue(), unbake(before))
    return out.getvalue()


def _written(text: bytes) -> bytes:
    """Write the chunk: no compression, no language, no translated keyword."""
    held = b"iTXt" + _KEYWORD + b"\0\0\0\0\0" + text
    return (len(held) - 4).to_bytes(4) + held + zlib.crc32(held).to_bytes(4)


def _chunks(png: bytes) -> Iterator[_Chunk]:
    """Go through all chunks up to the last; what is cut off or never ends is no PNG."""
    if not png.startswith(_SIGNATURE):
        raise NotABadgePictureError
    at, kind = len(_SIGNATURE), b""
    for _count in range(_CHUNKS_MAX):
        kind = png[at + 4 : at + 8]
        end = at + _AROUND + int.from_bytes(png[at : at + 4])
        if end > len(png) or len(kind) < 4 or (at == len(_SIGNATURE)) != (kind == b"IHDR"):  # noqa: PLR2004 -- four letters
            raise PictureBrokenError
        yield _Chunk(kind, at, end)
        if kind == b"IEND":
            return
        at = end
    raise PictureBrokenError


def _keyword(png: bytes, chunk: _Chunk) -> bytes:
    """Return what a chunk of text is called; keywords have at most 79 letters."""
    if chunk.kind not in {b"iTXt", b"tEXt", b"zTXt"}:
        return b""
    return png[chunk.start + 8 : min(chunk.end - 4, chunk.start + 8 + 80)].partition(b"\0")[0]


def _text(png: bytes, chunk: _Chunk) -> str:
    held = png[chunk.start + 8 : chunk.end - 4]
    if (
        chunk.kind != b"iTXt"
        or zlib.crc32(png[chunk.start + 4 : chunk.end - 4]).to_bytes(4) != png[chunk.end - 4 : chunk.end]
    ):
        raise PictureBrokenError
    _keyword_again, _, rest = held.partition(b"\0")
    is_packed, (_language, _, after) = rest[:1] == b"\1", rest[2:].partition(b"\0")
    text = after.partition(b"\0")[2]
    if len(text) > CREDENTIAL_BYTES_MAX:
        raise CredentialTooLargeError(kilobytes=CREDENTIAL_BYTES_MAX // 1024)
    try:
        return (_unpacked(text) if is_packed else text).decode()
    except UnicodeDecodeError:
        raise CredentialUnreadableError from None


def _unpacked(text: bytes) -> bytes:
    """Unpack what others compressed against the rule, never further than the limit."""
    packer = zlib.decompressobj()
    try:
        found = packer.decompress(text, CREDENTIAL_BYTES_MAX + 1)
    except zlib.error:
        raise CredentialUnreadableError from None
    if len(found) > CREDENTIAL_BYTES_MAX:
        raise CredentialTooLargeError(kilobytes=CREDENTIAL_BYTES_MAX // 1024)
    return found
