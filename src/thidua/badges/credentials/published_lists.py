"""Our own status lists, signed both ways; made anew whenever what they say has changed."""

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from thidua.badges.credentials.data_integrity import with_proof
from thidua.badges.credentials.document import Issuer
from thidua.badges.credentials.issuing import issuer_here
from thidua.badges.credentials.jwt import signed_jwt
from thidua.badges.credentials.keys import IssuerKeys, issuer_keys, key_id
from thidua.badges.credentials.status_lists import list_credential
from thidua.badges.queries import revoked_in, status_lists
from thidua.infra.database import connection
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError

_KEPT_MAX = 256
# Whoever verifies with a clock behind ours must not take the list for one of the future.
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignedList:
    """A status list in both signed forms; its tag changes when what it says does."""

    json: bytes
    jwt: bytes
    tag: str


_kept: OrderedDict[tuple[str, int, str], SignedList] = OrderedDict()


async def signed_list(number: int, *, at: datetime) -> SignedList:
    """The list as it stands in the database at this very moment; NotFoundError when there is none."""
    async with connection() as database:
        if number not in await status_lists(database):
            raise NotFoundError
        revoked = await revoked_in(database, number)
        issuer = await issuer_here(database)
    keys = issuer_keys(settings().data_dir)
    names = [key_id(one) for one in keys.public[:2]]
    tag = sha256(json.dumps([issuer.place.base, number, names, revoked]).encode()).hexdigest()[:24]
    name = (issuer.place.base, number, tag)
    if name not in _kept:
        _kept[name] = await asyncio.to_thread(_signed, issuer, number, revoked, keys, tag, at)
        while len(_kept) > _KEPT_MAX:
            _kept.popitem(last=False)
    return _kept[name]


def _signed(
    issuer: Issuer, number: int, revoked: list[int], keys: IssuerKeys, tag: str, at: datetime
) -> SignedList:
    document = list_credential(issuer, number, revoked, at=at - _CLOCKS_DIFFER)
    did = issuer.place.did
    method = f"{did}#{key_id(keys.ed25519.public_key())}"
    proved = with_proof(document, keys.ed25519, method=method, at=at)
    token = signed_jwt(document, keys.p256, did=did)
    return SignedList(json.dumps(proved, separators=(",", ":")).encode(), token.encode(), tag)
