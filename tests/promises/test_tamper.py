"""T14: whoever may do anything in the database is found out; who rewrites all of it, by a published root."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from msgspec.structs import replace

from tests.builders import TENTH, an_id
from tests.support.promises import Promise
from thidua.engine.findings import Findings
from thidua.engine.published import PublishedRoot, published
from thidua.engine.seal import seal_once, sign_days
from thidua.engine.verify import verify
from thidua.infra.database import connection, transaction
from thidua.infra.keys import known_ledger_key
from thidua.ledger import actions, proof, seal
from thidua.ledger.model import EntryKind, Posting

ENTRIES = 3_000
MANY_ENTRIES = 100_000
LATER = TENTH + timedelta(days=1)


@pytest_asyncio.fixture
async def superuser(database: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who may do anything, guards switched off."""
    direct = await asyncpg.connect(database)
    await direct.execute("SET session_replication_role = replica")
    yield direct
    await direct.close()


async def _a_sealed_ledger(entries: int, keys: Path) -> tuple[bytes, PublishedRoot]:
    """Post so many entries, seal and sign them; return the public key and the root as published."""
    for start in range(0, entries, 10_000):
        async with transaction() as acquired:
            numbers = range(start, min(start + 10_000, entries))
            await actions.post(acquired, [_posting(number) for number in numbers], at=TENTH)
    await seal_once(at=TENTH)
    await sign_days(at=LATER, data_dir=keys)
    key = known_ledger_key(keys)
    assert key is not None
    async with connection() as acquired:
        [root] = await proof.roots(acquired)
    return key.public, published(root, key)


def _posting(number: int) -> Posting:
    return Posting(
        subject=an_id(f"subject {number % 500}"),
        subject_kind=1,
        team=None,
        unit=an_id("unit"),
        festival=None,
        category="service",
        rule="public_service_case",
        rulebook_version=1,
        points=2,
        units=1,
        activity=an_id(f"activity {number}"),
        act=an_id(f"activity {number}"),
        kind=EntryKind.AWARD,
        occurred_at=TENTH + timedelta(seconds=number % 5000),
        sentence="public_service_case",
        params={"n": 1, "paid": 1, "per": 2, "sum": 2, "caps": [["day", number % 20, 20, "units"]]},
    )


def _entries(findings: Findings) -> set[tuple[str, object]]:
    return {(one.code, one.place["entry"]) for one in findings.named if "entry" in one.place}


async def _found(public: bytes) -> Findings:
    """What verifying says of the chain; the activities behind these entries were never recorded."""
    found = await verify(at=LATER, public=public)
    found.named = [one for one in found.named if one.code not in {"award_differs", "tally_differs"}]
    return found


async def test_an_untouched_chain_has_no_differences(database: str, tmp_path: Path) -> None:
    public, _ = await _a_sealed_ledger(ENTRIES, tmp_path)

    assert (await _found(public)).named == []


@pytest.mark.parametrize(
    "change",
    [
        "points = points + 1",
        "units = 0",
        "subject = overlay(subject::text placing '00' from 35)::uuid",
        "occurred_at = occurred_at + interval '1 microsecond'",
        "params = (params::jsonb || '{\"n\": 2}')::json",
        "sentence = sentence || '.'",
        "hash = set_byte(hash, 0, (get_byte(hash, 0) + 1) % 256)",
        "festival = 'tet'",
    ],
)
async def test_one_changed_byte_is_located(
    superuser: asyncpg.Connection, tmp_path: Path, change: str
) -> None:
    public, _ = await _a_sealed_ledger(50, tmp_path)

    await superuser.execute(f"UPDATE ledger_entry SET {change} WHERE id = 30")  # noqa: S608 -- our own words

    assert _entries(await _found(public)) == {("entry_changed", 30)}


async def test_a_deleted_entry_is_located(superuser: asyncpg.Connection, tmp_path: Path) -> None:
    public, _ = await _a_sealed_ledger(ENTRIES, tmp_path)

    await superuser.execute("DELETE FROM ledger_entry WHERE id = 1234")

    assert _entries(await _found(public)) == {("entry_missing", 1234)}


async def test_an_inserted_entry_is_located(superuser: asyncpg.Connection, tmp_path: Path) -> None:
    public, _ = await _a_sealed_ledger(ENTRIES, tmp_path)
    await superuser.execute("DELETE FROM ledger_entry WHERE id = 77")
    await superuser.execute("UPDATE ledger_seal SET entries = array_remove(entries, 77), count = count - 1")

    await superuser.execute(_COPY, 76, 77)

    found = _entries(await _found(public))
    assert found == {("entry_changed", 77), ("entry_put_in_later", 77)}


async def test_an_entry_inserted_at_the_end_is_located(superuser: asyncpg.Connection, tmp_path: Path) -> None:
    public, _ = await _a_sealed_ledger(ENTRIES, tmp_path)

    await superuser.execute(_COPY, ENTRIES, ENTRIES + 1)

    assert ("entry_changed", ENTRIES + 1) in _entries(await _found(public))


async def test_two_swapped_entries_are_located(superuser: asyncpg.Connection, tmp_path: Path) -> None:
    public, _ = await _a_sealed_ledger(ENTRIES, tmp_path)

    await superuser.execute("UPDATE ledger_entry SET id = -id WHERE id IN (500, 2500)")
    await superuser.execute("UPDATE ledger_entry SET id = 3000 + id WHERE id IN (-500, -2500)")

    assert _entries(await _found(public)) == {("entry_changed", 500), ("entry_changed", 2500)}


async def test_a_truncated_tail_is_located(superuser: asyncpg.Connection, tmp_path: Path) -> None:
    public, _ = await _a_sealed_ledger(ENTRIES, tmp_path)

    await superuser.execute("DELETE FROM ledger_entry WHERE id > $1", ENTRIES - 3)

    missing = {("entry_missing", ENTRIES - back) for back in range(3)}
    assert _entries(await _found(public)) == missing


async def test_a_tail_cut_off_with_its_blocks_is_found_by_the_signed_root(
    superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    public, _ = await _a_sealed_ledger(ENTRIES, tmp_path)

    await superuser.execute("DELETE FROM ledger_entry")
    await superuser.execute("DELETE FROM ledger_seal")

    assert "blocks_cut_off" in {one.code for one in (await _found(public)).named}


async def test_a_chain_rewritten_with_our_own_key_is_found_by_a_published_root(
    superuser: asyncpg.Connection, tmp_path: Path
) -> None:
    public, kept = await _a_sealed_ledger(ENTRIES, tmp_path)

    await superuser.execute("DELETE FROM ledger_entry WHERE id = 1234")
    await superuser.execute("DELETE FROM ledger_seal")
    await superuser.execute("DELETE FROM ledger_root")
    await superuser.execute("SET session_replication_role = origin")
    await seal_once(at=TENTH)
    await sign_days(at=LATER, data_dir=tmp_path)

    assert (await _found(public)).named == []
    codes = {one.code for one in (await verify(at=LATER, public=public, published=kept)).named}
    assert "published_root_differs" in codes


async def test_a_published_root_that_we_never_signed_is_refused(database: str, tmp_path: Path) -> None:
    public, kept = await _a_sealed_ledger(10, tmp_path)
    forged = replace(kept, root=bytes(32).hex())

    codes = {one.code for one in (await verify(at=LATER, public=public, published=forged)).named}

    assert {"published_signature_false", "published_root_differs"} <= codes


async def test_a_changed_block_breaks_the_chain(superuser: asyncpg.Connection, tmp_path: Path) -> None:
    public, _ = await _a_sealed_ledger(ENTRIES, tmp_path)
    async with connection() as acquired:
        last = await seal.last_block(acquired)
    assert last is not None

    await superuser.execute("UPDATE ledger_seal SET sealed_at = sealed_at - interval '1 day'")

    assert {one.code for one in (await _found(public)).named} == {"block_changed"}


@pytest.mark.alone
@pytest.mark.long
@pytest.mark.timeout(120)
async def test_a_hundred_thousand_entries_are_verified_at_a_hundred_thousand_a_second(
    database: str, tmp_path: Path, promise: Promise
) -> None:
    began = time.perf_counter()
    public, _ = await _a_sealed_ledger(MANY_ENTRIES, tmp_path)
    made = time.perf_counter() - began

    found = await _found(public)

    rate = MANY_ENTRIES / found.seconds["chain"]
    promise("T14 entries verified per second", figure=round(rate), target=">= 100000")
    assert found.named == []
    assert rate > 20_000, f"{rate:,.0f} entries a second; {made:.1f} s to make them"


_COPY = """
INSERT INTO ledger_entry (id, subject, subject_kind, team, unit, festival, category, rule,
    rulebook_version, points, units, activity, act, kind, occurred_at, posted_at, sentence, params, hash, tx)
SELECT $2::bigint, subject, subject_kind, team, unit, festival, category, rule, rulebook_version, points,
    units, gen_random_uuid(), act, kind, occurred_at, posted_at, sentence, params, hash, tx
FROM ledger_entry WHERE id = $1
"""
