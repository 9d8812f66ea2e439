"""Verifies a credential, ours or foreign: whether it is genuine, and whether it holds now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from thidua.badges.credentials.canonical import TooMuchWorkError
from thidua.badges.credentials.genuine import genuine, issuer_of, standing_in_time
from thidua.badges.credentials.reading import shown_in
from thidua.badges.credentials.sources import Sources
from thidua.badges.credentials.status import standing_in_lists
from thidua.badges.credentials.verdict import Reason, RefusedError, Verdict

_BADGES = frozenset({"OpenBadgeCredential", "AchievementCredential"})


async def verdict_on(text: bytes, sources: Sources, *, at: datetime, own: str) -> Verdict:
    """The verdict on JSON or a token at the moment; `own` is the issuer that we are ourselves."""
    try:
        shown = shown_in(text)
        credential = await genuine(shown, sources, at=at, kinds=_BADGES)
    except RefusedError as refused:
        return Verdict(reason=refused.reason)
    except TooMuchWorkError:
        return Verdict(reason=Reason.TOO_LARGE)
    reason = await _holding(credential, sources, at=at)
    return Verdict(reason=reason, credential=credential, is_ours=issuer_of(credential) == own)


async def _holding(credential: Mapping[str, Any], sources: Sources, *, at: datetime) -> Reason:
    """Whether what was signed holds now; revoked outweighs expired, and expired what nobody can tell."""
    in_lists = await standing_in_lists(credential, sources, at=at)
    in_time = standing_in_time(credential, at=at)
    if in_lists in {Reason.REVOKED, Reason.SUSPENDED} or in_time is Reason.GENUINE:
        return in_lists
    return in_time
