"""Codes by which people who were helped answer without an account: once, within two days, elsewhere."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from thidua.activities.model import Activity
from thidua.infra.audit import Deed, note
from thidua.infra.database import Connection
from thidua.kernel.errors import DomainError
from thidua.kernel.ids import new_id

LASTS = timedelta(hours=48)
A_DAY_MAX = 40
FROM_ONE_PLACE_MAX = 10
_A_DAY = timedelta(days=1)
# Without what looks or sounds alike when it is read aloud.
_LETTERS = "23456789ABCDEFGHKLMNPQRSTVXY"
_LENGTH = 10

_MADE = "SELECT count(*) FROM activity_code WHERE made_by = $1 AND made_at > $2"
_MAKE = """
INSERT INTO activity_code (id, activity, secret_hash, made_by, made_on, made_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_FIND = """
SELECT id, activity, made_by, made_on FROM activity_code
WHERE secret_hash = $1 AND expires_at > $2 AND used_at IS NULL
"""
_FROM_HERE = """
SELECT count(*) FROM activity_code WHERE made_by = $1 AND used_at > $2 AND used_from = $3
"""
_USE = "UPDATE activity_code SET used_at = $2, used_from = $3 WHERE id = $1 AND used_at IS NULL"


class TooManyCodesError(DomainError):
    """This account has made as many codes as one may in a day."""

    code = "too_many_codes"


class SameDeviceError(DomainError):
    """The code was made on this very device: who was helped answers on their own, or a relative's."""

    code = "same_device"


class TooManyFromHereError(DomainError):
    """From this place enough has been answered for the same person today."""

    code = "too_many_from_here"


@dataclass(frozen=True, slots=True)
class Code:
    """A code that is still good: what it is about, who made it, and a hash of the device it was made on."""

    id: UUID
    activity: UUID
    made_by: UUID
    made_on: bytes


async def make_code(connection: Connection, about: Activity, *, by: UUID, device: bytes, at: datetime) -> str:
    """Make a code for the activity and return it; it is kept nowhere."""
    if await connection.fetchval(_MADE, by, at - _A_DAY) >= A_DAY_MAX:
        raise TooManyCodesError(maximum=A_DAY_MAX)
    word = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    code = new_id(at)
    await connection.execute(_MAKE, code, about.id, _hash(word), by, device, at, at + LASTS)
    deed = Deed(at=at, actor_id=by, doing="code.made", thing_kind="activity", thing_id=about.id)
    await note(connection, deed)
    return word


async def code_behind(connection: Connection, word: str, *, at: datetime) -> Code | None:
    """The code that these letters are, if it is still good."""
    row = await connection.fetchrow(_FIND, _hash(word), at)
    return None if row is None else Code(**row)


async def refuse_misuse(
    connection: Connection, code: Code, *, device: bytes, place: bytes | None, at: datetime
) -> None:
    """Go on only on another device than the code was made on, and not too often from one place."""
    if device == code.made_on:
        raise SameDeviceError
    if place is not None:
        used = await connection.fetchval(_FROM_HERE, code.made_by, at - _A_DAY, place)
        if used >= FROM_ONE_PLACE_MAX:
            raise TooManyFromHereError(maximum=FROM_ONE_PLACE_MAX)


async def use_up(connection: Connection, code: Code, *, place: bytes | None, at: datetime) -> None:
    """The code was answered by and is good no more; `place` is a hash of where that was."""
    await connection.execute(_USE, code.id, at, place)


def spelled(word: str) -> str:
    """The letters of a code as people may type them: small, with dashes or blanks."""
    return "".join(one for one in word.upper() if one in _LETTERS)


def _hash(word: str) -> bytes:
    return hashlib.sha256(spelled(word).encode()).digest()
