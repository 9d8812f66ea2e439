"""The picture that is shown where somebody shares a badge: 1200 by 630, with the way to verify it."""

from dataclasses import dataclass
from datetime import date

from thidua.badges.catalogue import Badge
from thidua.badges.model import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What is told beside the badge: everything as the public may see it."""

    receiver: str  # the shown name or alias
    unit: str
    earned_on: date
    address: str  # of the credential's page, in full: printed and as a QR code


def share(badge: Badge, told: Shared, *, year: int, status: Status = Status.VALID, language: str = "vi") -> bytes:
    """A PNG of 1200 by 630 pixels."""
    raise NotImplementedError
