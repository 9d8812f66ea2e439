"""Sessions of signed-in people, kept in Redis under a hash of their id: what Redis knows signs nobody in."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from thidua.accounts.answers import answered
from thidua.accounts.model import Account
from thidua.infra.redis import client

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
_ID_BYTES = 32
_ID_LENGTH = 43


class Session(msgspec.Struct, frozen=True):
    """One sign-in: whose, since when, as of which password and roles, and the secret its forms carry."""

    account: UUID
    began_at: datetime
    credentials_at: datetime
    roles_at: datetime
    csrf: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A session and the id that only its owner's browser holds."""

    id: str
    session: Session


async def begin(account: Account, *, at: datetime) -> Begun:
    """Begin a session under a new id; SessionsAwayError when Redis does not answer."""
    csrf = secrets.token_urlsafe(_ID_BYTES)
    return await _kept(Session(account.id, at, account.credentials_at, account.roles_at, csrf))


async def renewed(old: Begun, account: Account) -> Begun:
    """The same session under a new id, as of the present roles; the old id is good for nothing."""
    made = await _kept(msgspec.structs.replace(old.session, roles_at=account.roles_at))
    await end(old.id)
    return made


async def session_of(session_id: str, *, at: datetime) -> Session | None:
    """The session of that id, whose idle time begins anew; None when it is over."""
    if len(session_id) != _ID_LENGTH or not session_id.isascii():
        return None
    kept = await answered(lambda: client().getex(_key(session_id), ex=IDLE))
    if kept is None:
        return None
    session = msgspec.json.decode(kept, type=Session)
    return session if at - session.began_at < LONGEST else None


def is_over(session: Session, account: Account) -> bool:
    """Whether the password has changed since, the account was signed out everywhere, or is disabled."""
    return account.disabled_at is not None or session.credentials_at != account.credentials_at


async def end(session_id: str) -> None:
    """End the session of that id."""
    await answered(lambda: client().delete(_key(session_id)))


async def _kept(session: Session) -> Begun:
    session_id = secrets.token_urlsafe(_ID_BYTES)
    await answered(lambda: client().set(_key(session_id), msgspec.json.encode(session), ex=IDLE))
    return Begun(session_id, session)


def _key(session_id: str) -> str:
    return f"session:{hashlib.sha256(session_id.encode()).hexdigest()}"
