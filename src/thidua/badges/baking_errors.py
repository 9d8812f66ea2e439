"""Why no credential can be taken out of a picture: every reason has its own name."""

from thidua.kernel.errors import DomainError


class UnbakingError(DomainError):
    """No credential can be taken out of the picture; what is raised says why."""


class NotABadgePictureError(UnbakingError):
    """The file is neither PNG nor SVG."""

    code = "not_a_badge_picture"


class PictureTooLargeError(UnbakingError):
    """The file is larger than any badge is."""

    code = "badge_picture_too_large"


class PictureBrokenError(UnbakingError):
    """The file begins as a picture and does not go on as one."""

    code = "badge_picture_broken"


class NoCredentialError(UnbakingError):
    """The picture carries no credential: it may show a badge, and proves nothing."""

    code = "badge_without_credential"


class OlderBadgeError(NoCredentialError):
    """The picture carries a badge of Open Badges 1 or 2, whose signatures are not verified here."""

    code = "badge_of_older_kind"


class SeveralCredentialsError(UnbakingError):
    """The picture carries more than one credential, so that two readers may see two different ones."""

    code = "badge_with_several_credentials"


class CredentialTooLargeError(UnbakingError):
    """The credential, packed or unpacked, is larger than any is."""

    code = "badge_credential_too_large"


class CredentialUnreadableError(UnbakingError):
    """What lies in the place of the credential is no text."""

    code = "badge_credential_unreadable"
