"""Bytes into text, as Vietnamese offices save them: UTF-8, UTF-16 or windows-1258; always composed (NFC)."""

import re
import unicodedata

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_SAMPLE_BYTES = 4096
_NUL_SHARE = 0.2
_BROKEN_SHARE = 0.2
# Texts hold no control characters but line ends and tabs: what is here instead came from a broken file.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def text_of(content: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding; characters that cannot be read become U+FFFD."""
    text, encoding = _decoded(content)
    return unicodedata.normalize("NFC", _CONTROL.sub(UNREADABLE, text)), encoding


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace"), encoding
    silent = _without_mark(content[:_SAMPLE_BYTES])
    if silent is not None:
        return content.decode(silent, "replace"), silent
    try:
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        return _not_quite_utf8(content)


def _without_mark(sample: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of plain letters is 0."""
    pairs = len(sample) // 2
    if not pairs:
        return None
    odd, even = sample[1::2].count(0) / pairs, sample[0::2].count(0) / pairs
    if max(odd, even) < _NUL_SHARE or min(odd, even) > max(odd, even) / 4:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _not_quite_utf8(content: bytes) -> tuple[str, str]:
    """A few broken bytes in UTF-8 are broken bytes; many are windows-1258."""
    tried = content.decode(errors="replace")
    beyond = sum(char > "\x7f" for char in tried)
    if tried.count(UNREADABLE) <= _BROKEN_SHARE * beyond:
        return tried, "utf-8"
    return content.decode("cp1258", "replace"), "windows-1258"
