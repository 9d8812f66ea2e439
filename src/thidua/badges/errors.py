"""What people can get wrong when they give badges or take them back."""

from thidua.infra.errors import StartError
from thidua.kernel.errors import ConflictError, DomainError, NotAllowedError


class OwnBadgeError(NotAllowedError):
    """Nobody gives a badge to themselves, nor takes one of their own back."""

    code = "own_badge"


class BadgeNotGivenError(ConflictError):
    """The badge is not given at present: paused, ended, withdrawn, or waiting for what it stands on."""

    code = "badge_not_given"


class FestivalNeededError(DomainError):
    """The badge is given for a festival, which must be named by its short name."""

    code = "badge_festival_needed"


class NotForThisKindError(DomainError):
    """The badge is for subjects of another kind."""

    code = "badge_for_another_kind"


class AlreadyHeldError(ConflictError):
    """The subject has this badge for this span already."""

    code = "badge_already_held"


class AlreadyRevokedError(ConflictError):
    """The badge was taken back before."""

    code = "badge_already_revoked"


class CriteriaChangedError(StartError):
    """A folder's criteria changed under a version that was given already; a new version must be written."""

    def __init__(self, badge: str, version: int) -> None:
        """Name the badge and the version that stands."""
        super().__init__(
            f"badges/{badge}/badge.toml: version {version} was given already, its criteria cannot change; "
            f"write version = {version + 1}, or put the old criteria back"
        )
