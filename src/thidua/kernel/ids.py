"""Identifiers, each its own type, and how the server makes new ones."""

import secrets
from datetime import datetime
from typing import NewType
from uuid import UUID

SubjectId = NewType("SubjectId", UUID)
PersonId = NewType("PersonId", UUID)
TeamId = NewType("TeamId", UUID)
UnitId = NewType("UnitId", UUID)
HouseholdId = NewType("HouseholdId", UUID)
FestivalId = NewType("FestivalId", UUID)
ActivityId = NewType("ActivityId", UUID)
ActId = NewType("ActId", UUID)
EntryId = NewType("EntryId", int)

_RANDOM_BITS = 74


def new_id(at: datetime) -> UUID:
    """Return a UUID of version 7 (RFC 9562): time-ordered, and random in its last 74 bits."""
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    random = secrets.randbits(_RANDOM_BITS)
    high = (milliseconds << 16) | (7 << 12) | (random >> 62)
    low = (0b10 << 62) | (random & ((1 << 62) - 1))
    return UUID(int=(high << 64) | low)
