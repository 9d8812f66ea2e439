"""Whether a credential is revoked or suspended, as the lists say that it names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from thidua.badges.credentials.canonical import TooMuchWorkError
from thidua.badges.credentials.genuine import genuine, issuer_of, standing_in_time, types_of
from thidua.badges.credentials.reading import shown_in
from thidua.badges.credentials.sources import Sources, UnreachableError
from thidua.badges.credentials.status_lists import ListFaultError, is_set
from thidua.badges.credentials.verdict import Reason, RefusedError

_ENTRIES_MAX = 4
_DIGITS_MAX = 9
_LIST = frozenset({"BitstringStatusListCredential"})
_SAID = {"revocation": Reason.REVOKED, "suspension": Reason.SUSPENDED}
_LIST_BYTES_MAX = 1024 * 1024


async def standing_in_lists(credential: Mapping[str, Any], sources: Sources, *, at: datetime) -> Reason:
    """The worst that any list says; a list that nobody can read is not a good word."""
    told = credential.get("credentialStatus")
    entries = told if isinstance(told, list) else [] if told is None else [told]
    if len(entries) > _ENTRIES_MAX:
        return Reason.STATUS_UNKNOWN
    found = [await _said(one, credential, sources, at=at) for one in entries]
    worst = [one for one in found if one in _SAID.values()] or [
        one for one in found if one is not Reason.GENUINE
    ]
    return worst[0] if worst else Reason.GENUINE


async def _said(entry: object, credential: Mapping[str, Any], sources: Sources, *, at: datetime) -> Reason:
    if not isinstance(entry, dict) or "BitstringStatusListEntry" not in types_of(entry):
        return Reason.STATUS_UNKNOWN
    purpose, index, address = (
        entry.get(one, "") for one in ("statusPurpose", "statusListIndex", "statusListCredential")
    )
    if str(purpose) not in _SAID or entry.get("statusSize", 1) != 1 or not isinstance(address, str):
        return Reason.STATUS_UNKNOWN
    if not isinstance(index, str) or not index.isdecimal() or len(index) > _DIGITS_MAX:
        return Reason.STATUS_UNKNOWN
    try:
        letters = await _letters(address, purpose, issuer_of(credential), sources, at=at)
        return _SAID[purpose] if is_set(letters, int(index)) else Reason.GENUINE
    except UnreachableError:
        return Reason.STATUS_UNREACHABLE
    except (RefusedError, ListFaultError, TooMuchWorkError):
        return Reason.STATUS_UNTRUSTED


async def _letters(address: str, purpose: str, issuer: str, sources: Sources, *, at: datetime) -> str:
    """The encoded list, if it is the issuer's own, about this, and holds now."""
    shown = shown_in(await sources.status_list(address), bytes_max=_LIST_BYTES_MAX)
    found = await genuine(shown, sources, at=at, kinds=_LIST)
    subject, letters = found["credentialSubject"], found["credentialSubject"].get("encodedList")
    is_right = found.get("id", address) == address and issuer_of(found) == issuer
    is_right = is_right and standing_in_time(found, at=at) is Reason.GENUINE
    if not is_right or subject.get("statusPurpose") != purpose or not isinstance(letters, str):
        raise ListFaultError("list")
    return letters
