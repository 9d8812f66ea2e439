"""Versions of criteria: what was given once stands; which versions were swept."""

from collections.abc import Iterable
from datetime import datetime

from thidua.badges.definitions import Badge
from thidua.badges.errors import CriteriaChangedError
from thidua.badges.model import BadgeState
from thidua.infra.database import Connection

_GIVEN = "SELECT badge, version, fingerprint FROM badge_version"
_SWEPT = "SELECT badge, version FROM badge_sweep"
_SWEPT_AT = """
SELECT CASE WHEN count(s.swept_at) = count(*) THEN min(s.swept_at) END
FROM unnest($1::text[], $2::integer[]) AS asked (badge, version)
LEFT JOIN badge_sweep s USING (badge, version)
"""
_NOTE = """
INSERT INTO badge_sweep (badge, version, swept_at) SELECT badge, version, $3
FROM unnest($1::text[], $2::integer[]) AS done(badge, version)
ON CONFLICT (badge, version) DO UPDATE SET swept_at = excluded.swept_at
"""
_FORGET = "DELETE FROM badge_sweep WHERE badge = ANY($1::text[])"
_FORGET_ALL = "DELETE FROM badge_sweep"


async def demand_unchanged(connection: Connection, badges: Iterable[Badge]) -> None:
    """Go on only if no criterion changed under a version that was given: CriteriaChangedError names it."""
    given = {(row["badge"], row["version"]): row["fingerprint"] for row in await connection.fetch(_GIVEN)}
    for badge in badges:
        if given.get((badge.slug, badge.version), badge.fingerprint) != badge.fingerprint:
            raise CriteriaChangedError(badge.slug, badge.version)


async def unswept(connection: Connection, badges: Iterable[Badge]) -> list[Badge]:
    """Return the active badges whose version was never swept; one that rests is swept when it is back."""
    known = list(badges)
    resting = [badge.slug for badge in known if badge.state is not BadgeState.ACTIVE]
    await connection.execute(_FORGET, resting)
    swept = {(row["badge"], row["version"]) for row in await connection.fetch(_SWEPT)}
    return [
        badge
        for badge in known
        if badge.state is BadgeState.ACTIVE and (badge.slug, badge.version) not in swept
    ]


async def swept_at(connection: Connection, badges: Iterable[Badge]) -> datetime | None:
    """Return since when nobody went through all of these badges; None if some never were."""
    asked = list(badges)
    found: datetime | None = await connection.fetchval(
        _SWEPT_AT, [one.slug for one in asked], [one.version for one in asked]
    )
    return found


async def note_swept(connection: Connection, badges: Iterable[Badge], *, at: datetime) -> None:
    """Keep that all that happened before was gone through for these badges."""
    done = list(badges)
    await connection.execute(_NOTE, [one.slug for one in done], [one.version for one in done], at)


async def forget_sweeps(connection: Connection) -> None:
    """Let everything be swept again: how far it was read cannot be told any more."""
    await connection.execute(_FORGET_ALL)
