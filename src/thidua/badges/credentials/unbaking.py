"""Takes the text of a credential out of whatever file it came in."""

from thidua.badges.credentials.reading import FILE_BYTES_MAX
from thidua.badges.credentials.verdict import Reason, RefusedError

_PNG = b"\x89PNG\r\n\x1a\n"


def text_in(content: bytes) -> bytes:
    """The credential's text; a RefusedError says why there is none."""
    if len(content) > FILE_BYTES_MAX:
        raise RefusedError(Reason.TOO_LARGE)
    if not content.startswith(_PNG) and not content[:200].lstrip().startswith(b"<"):
        return content
    raise RefusedError(Reason.PICTURE_UNREADABLE)
