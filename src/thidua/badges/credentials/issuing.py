"""Signs the credential of an award when somebody first asks for it, and keeps the very bytes."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from thidua.badges.catalogue import catalogue
from thidua.badges.credentials.addresses import here
from thidua.badges.credentials.data_integrity import with_proof
from thidua.badges.credentials.document import Issuer, credential_of
from thidua.badges.credentials.jwt import signed_jwt
from thidua.badges.credentials.keys import IssuerKeys, issuer_keys, key_id
from thidua.badges.definitions import Badge
from thidua.badges.model import Award
from thidua.infra.database import Connection, transaction
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError
from thidua.kernel.subjects import SubjectKind

_KEPT = "SELECT json, jwt FROM badge_credential WHERE award = $1"
# Whoever signed first is kept; the other, signed at the same moment, was shown to nobody.
_KEEP = """
INSERT INTO badge_credential (award, key_es, key_ed, json, jwt, signed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (award) DO NOTHING
"""
_UNSIGN = "DELETE FROM badge_credential WHERE key_es = $1 OR key_ed = $1 RETURNING award"
# The country is the topmost unit of the national tree, and no issuer.
_ISSUER = "SELECT name FROM unit WHERE parent IS NULL AND code <> 'VN' ORDER BY code LIMIT 1"
_NAMES = {
    SubjectKind.TEAM: "SELECT name FROM team WHERE id = $1",
    SubjectKind.UNIT: "SELECT name FROM unit WHERE id = $1",
}


@dataclass(frozen=True, slots=True)
class Signed:
    """A credential in both signed forms."""

    json: str  # with its embedded proof
    jwt: str


async def issued(award: Award, *, at: datetime) -> Signed:
    """The credential of the award, signed now or long ago; commits by itself."""
    async with transaction(readonly=True) as connection:
        kept = await _kept(connection, award.id)
        issuer = await issuer_here(connection)
    if kept is not None:
        return kept
    badge, keys = badge_of(award), issuer_keys(settings().data_dir)
    fresh = await asyncio.to_thread(sign, award, badge, issuer, keys, at)
    async with transaction() as connection:
        names = (key_id(keys.p256.public_key()), key_id(keys.ed25519.public_key()))
        await connection.execute(_KEEP, award.id, *names, fresh.json, fresh.jwt, at)
        return await _kept(connection, award.id) or fresh


async def unsign(connection: Connection, key: str) -> int:
    """Forget what the key signed, so that it is signed anew when asked for; return how many that were."""
    return len(await connection.fetch(_UNSIGN, key))


def badge_of(award: Award) -> Badge:
    """The badge as its folder tells it today; NotFoundError when the folder is gone."""
    found = catalogue().badges.get(award.badge)
    if found is None:
        raise NotFoundError
    return found


def sign(award: Award, badge: Badge, issuer: Issuer, keys: IssuerKeys, at: datetime) -> Signed:
    """Both signed forms of an award's credential."""
    did = issuer.place.did
    document = credential_of(award, badge, issuer, secret=keys.subjects_secret)
    method = f"{did}#{key_id(keys.ed25519.public_key())}"
    proved = with_proof(document, keys.ed25519, method=method, at=at)
    text = json.dumps(proved, ensure_ascii=False, separators=(",", ":"))
    return Signed(text, signed_jwt(document, keys.p256, did=did))


async def issuer_here(connection: Connection) -> Issuer:
    """This instance as issuer, by the name it was given, else that of its topmost unit."""
    place, chosen = here(), settings().issuer_name.strip()
    name = chosen or await connection.fetchval(_ISSUER)
    return Issuer(place, name or f"thidua · {urlsplit(place.base).netloc}")


async def collective_name(connection: Connection, award: Award) -> str:
    """The name of the team or unit that holds it; of people and households none is told."""
    statement = _NAMES.get(award.subject_kind)
    return "" if statement is None else await connection.fetchval(statement, award.subject) or ""


async def _kept(connection: Connection, award: UUID) -> Signed | None:
    row = await connection.fetchrow(_KEPT, award)
    return None if row is None else Signed(row["json"], row["jwt"])
