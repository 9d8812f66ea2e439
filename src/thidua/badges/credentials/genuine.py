"""Whether the issuer that a credential names signed the very thing that is read."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from thidua.badges.credentials.proving import demand_addressed, demand_proofs, demand_token
from thidua.badges.credentials.reading import Shown
from thidua.badges.credentials.same_view import demand_known_contexts
from thidua.badges.credentials.sources import Sources, UnreachableError
from thidua.badges.credentials.verdict import Reason, RefusedError

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)\Z", re.ASCII)
# Words of the first data model: the second ignores them, a reader might not.
_OUTDATED = frozenset({"issuanceDate", "expirationDate", "vc"})


async def genuine(shown: Shown, sources: Sources, *, at: datetime, kinds: frozenset[str]) -> dict[str, Any]:
    """What the issuer signed, without proofs; a RefusedError if it did not sign this, or nobody can tell."""
    document = {name: value for name, value in shown.credential.items() if name != "proof"}
    demand_known_contexts(document)
    issuer = _demand_shape(document, kinds)
    demand_addressed(shown, issuer)
    try:
        keys = await sources.keys_of(issuer)
    except UnreachableError:
        raise RefusedError(Reason.ISSUER_UNREACHABLE) from None
    if shown.token is not None:
        demand_token(shown, keys, issuer)
        return {
            name: value
            for name, value in document.items()
            if name not in {"iss", "jti", "sub", "nbf", "exp", "iat"}
        }
    await asyncio.to_thread(demand_proofs, document, shown.credential["proof"], keys, at=at)
    return document


def issuer_of(credential: Mapping[str, Any]) -> str:
    """The id of the issuer; empty if there is none."""
    told = credential.get("issuer")
    found = told.get("id") if isinstance(told, dict) else told
    return found if isinstance(found, str) else ""


def types_of(told: Mapping[str, Any]) -> frozenset[str]:
    """The types of an object."""
    found = told.get("type")
    return frozenset(one for one in (found if isinstance(found, list) else [found]) if isinstance(one, str))


def standing_in_time(credential: Mapping[str, Any], *, at: datetime) -> Reason:
    """Whether the moment lies in the span for which the credential was issued."""
    since, until = moment_in(credential, "validFrom"), moment_in(credential, "validUntil")
    if until is not None and at >= until:
        return Reason.EXPIRED
    return Reason.NOT_YET_VALID if since is not None and at < since else Reason.GENUINE


def moment_in(credential: Mapping[str, Any], name: str) -> datetime | None:
    """The moment under the name, if there is any; one that is none is refused."""
    told = credential.get(name)
    if told is None and name not in credential:
        return None
    try:
        if isinstance(told, str) and _MOMENT.match(told):
            return datetime.fromisoformat(told)
    except ValueError:
        pass
    raise RefusedError(Reason.NOT_A_BADGE)


def _demand_shape(document: Mapping[str, Any], kinds: frozenset[str]) -> str:
    """The issuer of a document that is what it should be, as far as verifying reads it."""
    types, issuer = types_of(document), issuer_of(document)
    if "VerifiableCredential" not in types or not types & kinds or not issuer:
        raise RefusedError(Reason.NOT_A_BADGE)
    if not isinstance(document.get("credentialSubject"), dict):
        raise RefusedError(Reason.NOT_A_BADGE)
    if _OUTDATED & set(document):
        raise RefusedError(Reason.AMBIGUOUS)
    since, until = moment_in(document, "validFrom"), moment_in(document, "validUntil")
    if since is not None and until is not None and until < since:
        raise RefusedError(Reason.NOT_A_BADGE)
    return issuer
