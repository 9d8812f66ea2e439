"""`thidua demo`: the same on the same day, of every kind, and never over somebody's own people."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from tests.support import databases
from thidua.accounts.permissions import Permission, carrying
from thidua.accounts.roles import Grant, Role
from thidua.activities.catalogue import catalogue
from thidua.cli.demo.cast import parts, shown_accounts
from thidua.cli.demo.history import History
from thidua.cli.demo.load import Plan, load, make, plan_at, standing
from thidua.cli.demo.story import World, tell_story
from thidua.infra.database import close_pool, connection, engine, open_pool, point_at
from thidua.infra.embedded import Servers
from thidua.infra.errors import StartError

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TINY = Plan(ends_at=plan_at(AT, seed=1).ends_at, people=60, activities=500, communes_max=2)
# What was reported, what became of it and what it brought; ids of acts and hashes are new each time.
FOUND = """
SELECT a.id, a.type, a.occurred_at, a.recorded_at, a.actor, a.team, a.unit, a.attributes::text, a.state,
    (SELECT coalesce(sum(points), 0) FROM ledger_entry e WHERE e.activity = a.id) AS points,
    (SELECT name FROM person_profile p WHERE p.person = a.actor) AS name
FROM activity a ORDER BY a.id
"""
PENDING = """
SELECT count(*) FROM activity a WHERE a.state = 1 AND a.team = (
    SELECT team FROM account_grant WHERE role = 'team_leader')
"""
LEADERS = """
SELECT a.login, u.code, a.person IS NULL AS is_nobody FROM account a
JOIN account_grant g ON g.account = a.id JOIN unit u ON u.id = g.unit
WHERE g.role = 'unit_leader' ORDER BY a.login
"""


def _loaded(servers: Servers, template: str) -> list[tuple[object, ...]]:
    name = databases.copy_of(servers, template)
    point_at(databases.url_of(servers, name))
    try:
        return asyncio.run(_tiny())
    finally:
        engine().config.clear()
        databases.drop(servers, name)


async def _tiny() -> list[tuple[object, ...]]:
    await open_pool()
    try:
        await load(TINY)
        async with connection() as acquired:
            return [tuple(row.values()) for row in await acquired.fetch(FOUND)]
    finally:
        await close_pool()


@pytest.mark.timeout(60)
def test_the_same_day_gives_the_same_demo(servers: Servers, bootstrapped: str) -> None:
    first = _loaded(servers, bootstrapped)
    second = _loaded(servers, bootstrapped)

    assert len(first) > 450
    assert first == second


@pytest.mark.usefixtures("bootstrapped_database")
async def test_a_demo_cut_short_is_finished_with_what_is_there() -> None:
    await load(TINY)
    async with connection() as acquired:
        whole = await acquired.fetch(FOUND)
        await acquired.execute("SELECT 1")
    owner = await asyncpg.connect(engine().config["dsn"])
    await owner.execute("ALTER TABLE audit_record DISABLE TRIGGER USER")
    await owner.execute("DELETE FROM audit_record WHERE doing = 'demo.finished'")
    await owner.close()

    await load(TINY)

    assert (await standing()).is_finished
    async with connection() as acquired:
        assert await acquired.fetch(FOUND) == whole
        assert await acquired.fetchval(PENDING) > 0


@pytest.mark.usefixtures("bootstrapped_database")
async def test_a_demo_never_goes_among_people_of_somebody_elses() -> None:
    async with connection() as acquired:
        await acquired.execute("INSERT INTO person VALUES (gen_random_uuid(), now())")

    with pytest.raises(StartError, match="people here already"):
        await load(TINY)


@pytest.mark.usefixtures("bootstrapped_database")
async def test_every_type_that_can_be_reported_is_in_the_demo() -> None:
    made = await make(Plan(ends_at=TINY.ends_at, people=1500))
    history = History(made.dice, made.calendar)

    tell_story(history, World(made.places, made.folk), activities=30_000)

    told = {one.report.type for one in history.happenings}
    assert told == {code for code, kind in catalogue().types.items() if not kind.is_derived}
    assert all(one.report.occurred_at < one.told_at <= made.calendar.ends_at for one in history.happenings)


def test_a_demo_day_begins_at_eight_in_the_morning() -> None:
    early, late = datetime(2026, 11, 22, 0, 59, tzinfo=UTC), datetime(2026, 11, 22, 16, 59, tzinfo=UTC)

    assert plan_at(early, seed=1).ends_at == datetime(2026, 11, 21, 1, tzinfo=UTC)
    assert (
        plan_at(late, seed=1).ends_at == plan_at(AT, seed=1).ends_at == datetime(2026, 11, 22, 1, tzinfo=UTC)
    )


def test_who_reads_the_accounts_knows_which_of_them_may_give_badges() -> None:
    lines = list(shown_accounts())[1:]

    told = [role for (role, _), line in zip(parts(), lines, strict=True) if "trao huy hiệu" in line]
    in_english = [role for (role, _), line in zip(parts(), lines, strict=True) if "gives badges" in line]

    may = [role for role, _ in parts() if carrying([Grant(role)], Permission.AWARD_BADGES)]
    assert told == in_english == may


@pytest.mark.usefixtures("bootstrapped_database")
async def test_each_role_has_an_account_and_one_leads_the_province() -> None:
    await load(TINY)

    async with connection() as acquired:
        roles = await acquired.fetchval("SELECT array_agg(DISTINCT role) FROM account_grant")
        leads = await acquired.fetch(LEADERS)
    assert set(roles) == set(Role)
    assert [tuple(row.values()) for row in leads] == [
        ("bithutinh", "P-12", True),
        ("bithuxa", "C-03388", False),
    ]
