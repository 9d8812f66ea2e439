"""What no single deed decides is swept: shares, members, who was first; and nothing is given twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from tests.badges.following import (
    LATER,
    a_follower,
    active,
    badge_of,
    every,
    followed,
    graduates,
    swept,
)
from tests.builders import PLAIN_COMMUNE, TENTH, recorded, reported, some_people
from tests.support.waiting import eventually_async
from thidua.badges.definitions import Badge, Criterion
from thidua.badges.errors import CriteriaChangedError
from thidua.badges.following import Follower
from thidua.badges.model import CriterionKind, Window
from thidua.badges.versions import demand_unchanged, note_swept, swept_at
from thidua.engine.award import award
from thidua.engine.findings import Findings
from thidua.engine.moderate import reject, withdraw
from thidua.engine.verify_badges import check_badges
from thidua.infra.database import owner_connection, transaction
from thidua.organisation import actions
from thidua.organisation.queries import unit_id_of

MINUTE = timedelta(minutes=1)
NEW_YEAR = TENTH + timedelta(days=120)


@pytest_asyncio.fixture
async def direct(bootstrapped_database: str) -> AsyncIterator[asyncpg.Connection]:
    assert bootstrapped_database
    opened = await owner_connection()
    yield opened
    await opened.close()


def courses(people: list[UUID]) -> list[object]:
    return [reported("COURSE_COMPLETED", one, attributes={"course": "an-toan-so"}) for one in people]


async def a_branch(people: int) -> tuple[UUID, list[UUID]]:
    given = {"code": "CD-1", "kind": "branch", "name": "Chi đoàn 1", "parent": PLAIN_COMMUNE}
    async with transaction() as connection:
        await actions.put_units(connection, [given], at=TENTH)
        branch = await unit_id_of(connection, "CD-1")
    assert branch is not None
    return branch, await some_people(people, unit="CD-1")


async def test_a_branch_earns_its_badge_with_its_last_member_and_keeps_it_when_somebody_joins(
    direct: asyncpg.Connection,
) -> None:
    branch, members = await a_branch(5)
    badge = badge_of("chi-doan-so")
    await recorded(courses(members[:4]))  # type: ignore[arg-type]  # reports
    await swept(direct, badge)
    before = await active(direct, branch)

    await recorded(courses(members[4:]))  # type: ignore[arg-type]  # reports
    await swept(direct, badge)
    earned = await active(direct, branch)
    await some_people(7, unit="CD-1", unit_from="2026-12-01")
    await swept(direct, badge, at=LATER + timedelta(days=20))

    assert (before, earned) == ([], ["chi-doan-so 2026"])
    assert await active(direct, branch) == earned


async def test_a_unit_with_every_report_on_time_earns_its_badge_after_the_year(
    direct: asyncpg.Connection,
) -> None:
    unit = await unit_id_of(direct, PLAIN_COMMUNE)
    assert unit is not None
    badge = badge_of("bao-cao-dung-hen")
    reports = [
        reported("REPORT_ON_TIME", unit, attributes={"slot": f"2026-{month}"}, name=month)
        for month in range(4)
    ]
    await recorded(reports)

    too_early = await swept(direct, badge, at=LATER)
    given = await swept(direct, badge, at=NEW_YEAR)
    await recorded([reported("REPORT_LATE", unit, attributes={"slot": "2026-9"}, name="late")])
    taken = await swept(direct, badge, at=NEW_YEAR)

    assert (too_early, given, taken) == ((0, 0), (1, 0), (0, 1))


async def test_a_unit_whose_evidence_was_accepted_earns_its_badge_with_what_lies_below_it(
    direct: asyncpg.Connection,
) -> None:
    branch, members = await a_branch(5)
    commune = await unit_id_of(direct, PLAIN_COMMUNE)
    assert commune is not None
    badge = badge_of("so-lieu-sach")
    cases = [
        reported(
            "PUBLIC_SERVICE_CASE", members[number % 5], name=number, at=TENTH + timedelta(minutes=number)
        )
        for number in range(20)
    ]
    await recorded(cases)

    await swept(direct, badge, at=NEW_YEAR)
    earned = await active(direct, branch), await active(direct, commune)
    for case in cases[:2]:
        await reject(case.id, by="test", reason="không có minh chứng", at=NEW_YEAR)
    await swept(direct, badge, at=NEW_YEAR)

    assert earned == (["so-lieu-sach 2026-Q4"], ["so-lieu-sach 2026-Q4"])
    assert (await active(direct, branch), await active(direct, commune)) == ([], [])


def first_two() -> Badge:
    asked = Criterion(
        kind=CriterionKind.FIRST_TO,
        types=frozenset({"COURSE_COMPLETED"}),
        at_least=1,
        first_n=2,
        settling_days=7,
    )
    return replace(badge_of("buoc-dau-so"), slug="first-two", criterion=asked, window=Window.EVER)


async def test_the_first_two_get_it_after_the_settling_and_the_next_when_one_goes(
    direct: asyncpg.Connection,
) -> None:
    people = await some_people(3)
    deeds = [
        reported("COURSE_COMPLETED", one, at=TENTH + timedelta(hours=number), attributes={"course": "ai"})
        for number, one in enumerate(people)
    ]
    await recorded(deeds[::-1])

    too_early = await swept(direct, first_two(), at=TENTH + timedelta(days=1))
    given = await swept(direct, first_two(), at=LATER)
    first = [bool(await active(direct, one)) for one in people]
    await withdraw(deeds[0].id, by="test", reason="nhầm", at=LATER)
    then = await swept(direct, first_two(), at=LATER)

    assert (too_early, given, first) == ((0, 0), (2, 0), [True, True, False])
    assert then == (1, 1)
    assert await active(direct, people[2]) == ["first-two ever"]


async def test_what_ended_between_judging_and_writing_leaves_nothing_and_is_made_good(
    direct: asyncpg.Connection,
) -> None:
    mentor, *mentees = await some_people(6)
    follower = await a_follower(direct)
    place = follower._position  # noqa: SLF001 -- where the next one goes on from
    await graduates(mentor, mentees)
    await direct.execute("ALTER TABLE badge_award ADD CONSTRAINT nobody CHECK (false) NOT VALID")

    with pytest.raises(asyncpg.CheckViolationError):
        await followed(follower, direct)
    await direct.execute("ALTER TABLE badge_award DROP CONSTRAINT nobody")
    before = await active(direct, mentor)
    await followed(Follower([badge_of("dai-su-so")], place), direct)

    assert before == []
    assert await active(direct, mentor) == ["dai-su-so 2026"]


async def test_of_two_workers_one_leads_and_the_other_takes_over(direct: asyncpg.Connection) -> None:
    mentor, *mentees = await some_people(6)
    first, second = asyncio.Event(), asyncio.Event()
    works = [asyncio.create_task(award(stopping)) for stopping in (first, second)]

    await graduates(mentor, mentees[:4])
    first.set()
    await works[0]
    await graduates(mentor, mentees[4:], at=TENTH + timedelta(hours=1))

    async def is_held() -> bool:
        return bool(await every(direct, mentor, "dai-su-so"))

    await eventually_async(is_held)
    second.set()
    await works[1]
    assert len(await every(direct, mentor, "dai-su-so")) == 1


async def test_criteria_changed_under_a_version_that_was_given_are_refused_by_name(
    direct: asyncpg.Connection,
) -> None:
    badge = badge_of("buoc-dau-so")
    await recorded(courses(await some_people(1)))  # type: ignore[arg-type]  # reports
    await swept(direct, badge)

    await demand_unchanged(direct, [badge, replace(badge, version=2, fingerprint="other")])
    with pytest.raises(CriteriaChangedError, match=r"badges/buoc-dau-so/badge\.toml: version 1"):
        await demand_unchanged(direct, [replace(badge, fingerprint="other")])


async def test_verifying_names_a_badge_whose_ground_is_gone(direct: asyncpg.Connection) -> None:
    badge = badge_of("buoc-dau-so")
    people = await some_people(2)
    deeds = courses(people)
    await recorded(deeds)  # type: ignore[arg-type]  # reports
    await swept(direct, badge)
    right, wrong = Findings(), Findings()

    await check_badges(direct, [badge], right, at=LATER)
    await direct.execute("UPDATE activity SET state = 3 WHERE actor = $1", people[0])
    await check_badges(direct, [badge], wrong, at=LATER)

    assert (right.differences, right.looked_at) == (0, {"badges": 2})
    assert [one.code for one in wrong.named] == ["badge_without_ground"]


async def test_when_all_was_swept_is_known_after_a_start(direct: asyncpg.Connection) -> None:
    branches, reports = badge_of("chi-doan-so"), badge_of("bao-cao-dung-hen")

    await note_swept(direct, [branches], at=TENTH)
    before = await swept_at(direct, [branches, reports])
    await note_swept(direct, [reports], at=TENTH + MINUTE)
    await note_swept(direct, [branches], at=TENTH + 2 * MINUTE)

    assert before is None  # one of them never was
    assert await swept_at(direct, [branches, reports]) == TENTH + MINUTE
