"""Takes the text of a credential out of whatever file it came in."""

from thidua.badges.baking import unbake
from thidua.badges.baking_errors import (
    CredentialTooLargeError,
    NoCredentialError,
    NotABadgePictureError,
    OlderBadgeError,
    PictureTooLargeError,
    SeveralCredentialsError,
    UnbakingError,
)
from thidua.badges.credentials.reading import FILE_BYTES_MAX
from thidua.badges.credentials.verdict import Reason, RefusedError

# The first that fits: an older badge carries no credential of today either.
_REASONS: dict[type[UnbakingError], Reason] = {
    NotABadgePictureError: Reason.NOT_JSON,
    PictureTooLargeError: Reason.TOO_LARGE,
    CredentialTooLargeError: Reason.TOO_LARGE,
    OlderBadgeError: Reason.OLDER_BADGE,
    NoCredentialError: Reason.NO_CHUNK,
    SeveralCredentialsError: Reason.SEVERAL_CHUNKS,
}


def text_in(content: bytes) -> bytes:
    """The credential's text; a RefusedError says why there is none."""
    if len(content) > FILE_BYTES_MAX:
        raise RefusedError(Reason.TOO_LARGE)
    begins = content.lstrip()[:5]
    if begins == b"%PDF-":
        raise RefusedError(Reason.IN_PDF)
    if begins[:1] in (b"{", b"e"):
        return content
    try:
        return unbake(content).encode()
    except UnbakingError as error:
        found = (reason for kind, reason in _REASONS.items() if isinstance(error, kind))
        raise RefusedError(next(found, Reason.PICTURE_UNREADABLE)) from None
