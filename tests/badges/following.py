"""What tests of earning share: a follower on a database, deeds to record, and what somebody holds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from tests.builders import TENTH, recorded, reported
from thidua.activities.model import ActivityReport
from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge
from thidua.badges.following import Follower, here
from thidua.badges.model import Award, AwardState
from thidua.badges.queries import awards_of
from thidua.badges.sweeping import sweep

LATER = TENTH + timedelta(days=40)


def badge_of(slug: str) -> Badge:
    """A badge of the catalogue."""
    return catalogue().badges[slug]


async def a_follower(connection: asyncpg.Connection, *badges: Badge) -> Follower:
    """A follower from now on, of these badges or of all."""
    return Follower(badges or list(catalogue().badges.values()), await here(connection))


async def followed(follower: Follower, connection: asyncpg.Connection, *, at: datetime = LATER) -> None:
    """Let it read and judge what is new."""
    await follower.step(connection, at=at)


async def swept(connection: asyncpg.Connection, *badges: Badge, at: datetime = LATER) -> tuple[int, int]:
    """Sweep these badges; return how many were given, how many taken back."""
    outcomes = [outcome async for outcome in sweep(connection, badges, at=at)]
    return sum(len(one.given) for one in outcomes), sum(len(one.revoked) for one in outcomes)


async def active(connection: asyncpg.Connection, subject: UUID) -> list[str]:
    """The badges the subject has, by slug and window."""
    held = await awards_of(connection, subject)
    return sorted(f"{one.badge} {one.window}" for one in held if one.state is AwardState.ACTIVE)


async def every(connection: asyncpg.Connection, subject: UUID, slug: str) -> list[Award]:
    """All awards of the badge to the subject, revoked ones first."""
    held = await awards_of(connection, subject)
    return sorted((one for one in held if one.badge == slug), key=lambda one: one.state, reverse=True)


def graduated(
    mentor: UUID, mentee: UUID, *, at: datetime = TENTH, name: object = None, verified: bool = True
) -> ActivityReport:
    """A mentee of the mentor who gained a skill."""
    return reported(
        "MENTEE_GRADUATED",
        mentor,
        at=at,
        name=name or f"{mentor} {mentee} {at}",
        participants=[(mentee, "mentee")],
        attributes={"skill": "vneid"},
        verified=verified,
    )


async def graduates(mentor: UUID, mentees: Sequence[UUID], *, at: datetime = TENTH) -> list[UUID]:
    """Record one graduation of each, a minute apart; return the activities' ids."""
    reports = [
        graduated(mentor, mentee, at=at + timedelta(minutes=number)) for number, mentee in enumerate(mentees)
    ]
    assert {result.status for result in await recorded(reports)} == {"recorded"}
    return [report.id for report in reports]
