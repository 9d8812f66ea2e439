"""Verifying finds nothing where nothing is wrong, and names what is."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest_asyncio

from tests.builders import TENTH, a_team, recorded, reported, some_people
from thidua.engine.findings import Findings
from thidua.engine.moderate import withdraw
from thidua.engine.seal import seal_once, sign_days
from thidua.engine.verify import verify
from thidua.infra.keys import known_ledger_key

LATER = TENTH + timedelta(days=1)


@pytest_asyncio.fixture
async def superuser(bootstrapped_database: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who may do anything, guards switched off."""
    direct = await asyncpg.connect(bootstrapped_database)
    await direct.execute("SET session_replication_role = replica")
    yield direct
    await direct.close()


async def _a_lively_day() -> None:
    lan, pao, minh, *others = await some_people(9)
    team = await a_team([lan, pao, minh])
    sessions = [
        reported(
            "MENTOR_SESSION",
            mentor,
            at=TENTH + timedelta(hours=number),
            name=f"{mentor} {number}",
            participants=[(mentee, "mentee")],
            attributes={"minutes": 45, "skill": "VNeID"},
            team=team,
        )
        for mentor in (lan, pao)
        for number, mentee in enumerate(others)
    ]
    cases = [
        reported("PUBLIC_SERVICE_CASE", minh, quantity=15, name=number, team=team) for number in range(3)
    ]
    await recorded(sessions + cases)
    await withdraw(sessions[0].id, by="test", reason="a mistake", at=LATER)


async def _codes(**more: object) -> set[str]:
    return {difference.code for difference in (await verify(at=LATER, **more)).named}  # type: ignore[arg-type]  # passed on as given


async def test_a_lively_day_has_no_differences(bootstrapped_database: str, tmp_path: Path) -> None:
    await _a_lively_day()
    await seal_once(at=TENTH, rows_max=4)
    await sign_days(at=LATER, data_dir=tmp_path)
    key = known_ledger_key(tmp_path)

    findings: Findings = await verify(at=LATER, public=key.public if key else None)

    assert findings.named == []
    assert findings.looked_at["blocks"] > 1
    assert findings.looked_at["entries_unsealed"] == 0
    assert findings.looked_at["activities"] == 14


async def test_an_empty_instance_has_no_differences(bootstrapped_database: str) -> None:
    assert (await verify(at=LATER)).differences == 0


async def test_a_tally_that_is_not_its_entries_sum_is_named(superuser: asyncpg.Connection) -> None:
    await _a_lively_day()

    await superuser.execute("UPDATE tally SET points = points + 1 WHERE ctid = (SELECT min(ctid) FROM tally)")

    assert await _codes() == {"tally_differs"}


async def test_a_last_moment_that_is_not_the_awards_is_named(superuser: asyncpg.Connection) -> None:
    await _a_lively_day()

    await superuser.execute("UPDATE tally SET last_at = last_at + interval '1 second' WHERE points > 25")

    assert await _codes() == {"tally_differs"}


async def test_a_missing_tally_is_named(superuser: asyncpg.Connection) -> None:
    await _a_lively_day()

    await superuser.execute("DELETE FROM tally WHERE points > 25")

    assert await _codes() == {"tally_differs"}


async def test_an_activity_that_lost_its_points_is_named(superuser: asyncpg.Connection) -> None:
    await _a_lively_day()

    await superuser.execute(
        "INSERT INTO activity SELECT gen_random_uuid(), 'PUBLIC_SERVICE_CASE',"
        " occurred_at + interval '1 day', recorded_at, actor, actor_kind, team, unit, festival,"
        " 1, '{}', '[]', '[]', context, source, 2, 0, 1, NULL"
        " FROM activity LIMIT 1"
    )

    assert "award_differs" in await _codes()


async def test_a_suspension_without_a_finding_of_fraud_is_named(superuser: asyncpg.Connection) -> None:
    await _a_lively_day()

    await superuser.execute(
        "UPDATE activity SET suspended = 1 WHERE type = 'PUBLIC_SERVICE_CASE' AND quantity = 15"
    )

    assert await _codes() == {"suspension_differs"}


async def test_a_root_signed_with_another_key_is_named(bootstrapped_database: str, tmp_path: Path) -> None:
    await _a_lively_day()
    await seal_once(at=TENTH)
    await sign_days(at=LATER, data_dir=tmp_path)

    assert await _codes(public=bytes(32)) == {"root_key_unknown"}
