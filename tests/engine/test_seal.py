"""Sealing what was committed, once and in order."""

import asyncio
from datetime import timedelta
from pathlib import Path

import asyncpg

from tests.builders import TENTH, recorded, reported, some_people
from tests.support.waiting import eventually_async
from thidua.engine.seal import run_seal, seal_once, sign_days
from thidua.infra.database import connection
from thidua.infra.keys import is_signed, known_ledger_key
from thidua.ledger import proof
from thidua.ledger.seal import NO_BLOCK

LATER = TENTH + timedelta(days=50)


async def _some_entries(count: int) -> None:
    people = await some_people(count)
    await recorded([reported("PUBLIC_SERVICE_CASE", one, quantity=1) for one in people])


async def _blocks() -> list[asyncpg.Record]:
    async with connection() as acquired:
        found: list[asyncpg.Record] = await acquired.fetch("SELECT * FROM ledger_seal ORDER BY block")
    return found


async def test_blocks_hold_every_entry_once_and_name_the_block_before(bootstrapped_database: str) -> None:
    await _some_entries(10)

    made = await seal_once(at=LATER, rows_max=4)

    blocks = await _blocks()
    assert made == 3
    assert [row["count"] for row in blocks] == [4, 4, 2]
    assert sorted(number for row in blocks for number in row["entries"]) == list(range(1, 11))
    assert [row["previous"] for row in blocks] == [NO_BLOCK, blocks[0]["hash"], blocks[1]["hash"]]


async def test_sealing_again_seals_only_what_is_new(bootstrapped_database: str) -> None:
    await _some_entries(2)
    await seal_once(at=LATER)

    again = await seal_once(at=LATER)
    [lan] = await some_people(1, unit="C-03394")
    await recorded([reported("PUBLIC_SERVICE_CASE", lan)])
    more = await seal_once(at=LATER)

    assert (again, more) == (0, 1)
    assert [list(row["entries"]) for row in await _blocks()] == [[1, 2], [3]]


async def test_an_entry_whose_transaction_is_older_than_an_open_one_waits(bootstrapped_database: str) -> None:
    await _some_entries(1)
    slow = await asyncpg.connect(bootstrapped_database)
    holding = slow.transaction()
    await holding.start()
    await slow.fetchval("SELECT pg_current_xact_id()::text")
    [pao] = await some_people(1, unit="C-03394")
    await recorded([reported("PUBLIC_SERVICE_CASE", pao)])

    await seal_once(at=LATER)
    early = [list(row["entries"]) for row in await _blocks()]
    await holding.rollback()
    await slow.close()
    await seal_once(at=LATER)

    assert early == [[1]]
    assert [list(row["entries"]) for row in await _blocks()] == [[1], [2]]


async def test_a_dump_restored_on_another_server_goes_on_being_sealed(bootstrapped_database: str) -> None:
    await _some_entries(3)
    direct = await asyncpg.connect(bootstrapped_database)
    await direct.execute("SET session_replication_role = replica")
    # As if these came from a server far ahead in its numbers, the last of them not yet sealed there.
    await direct.execute("UPDATE ledger_entry SET tx = tx + 1000000000 + id WHERE id < 3")
    await direct.execute("SELECT setval('ledger_entry_id_seq', 50)")
    await direct.execute("UPDATE ledger_entry SET tx = 5, id = 40 WHERE id = 3")
    async with connection() as acquired:
        await _seal_first_as_old_server(acquired)
    await direct.close()

    await seal_once(at=LATER)
    [pao] = await some_people(1, unit="C-03394")
    await recorded([reported("PUBLIC_SERVICE_CASE", pao)])
    await seal_once(at=LATER)
    again = await seal_once(at=LATER)

    assert [list(row["entries"]) for row in await _blocks()] == [[1], [2], [40], [51]]
    assert again == 0


async def _seal_first_as_old_server(acquired: asyncpg.pool.PoolConnectionProxy) -> None:
    await acquired.execute(
        "INSERT INTO ledger_seal"
        " SELECT 1, 1, 1, 1, '{1}', hash, decode(repeat('00', 32), 'hex'), hash, tx, tx, $1"
        " FROM ledger_entry WHERE id = 1",
        TENTH,
    )


_BLOCK = f"SELECT s.block FROM (SELECT $1::bigint AS id) e {proof.SEAL_OF_ENTRY}"  # noqa: S608 -- our own words


async def test_the_seal_of_an_entry_names_its_block(bootstrapped_database: str) -> None:
    await _some_entries(5)
    await seal_once(at=LATER, rows_max=2)

    async with connection() as acquired:
        blocks = [await acquired.fetchval(_BLOCK, number) for number in (1, 4, 5, 6)]

    assert blocks == [1, 2, 3, None]


async def test_a_day_is_signed_after_it_has_ended_and_only_once(
    bootstrapped_database: str, tmp_path: Path
) -> None:
    await _some_entries(1)
    await seal_once(at=TENTH)

    same_day = await sign_days(at=TENTH + timedelta(hours=1), data_dir=tmp_path)
    next_day = await sign_days(at=TENTH + timedelta(days=1), data_dir=tmp_path)
    once_more = await sign_days(at=TENTH + timedelta(days=1), data_dir=tmp_path)

    key = known_ledger_key(tmp_path)
    async with connection() as acquired:
        [root] = await proof.roots(acquired)
    assert (same_day, next_day, once_more) == (0, 1, 0)
    assert key is not None
    assert root.told.root == (await _blocks())[0]["hash"]
    assert is_signed(root.told.message, root.signature, public=key.public)


async def test_the_key_file_is_for_us_alone(bootstrapped_database: str, tmp_path: Path) -> None:
    await _some_entries(1)
    await seal_once(at=TENTH)

    await sign_days(at=LATER, data_dir=tmp_path)

    assert (tmp_path / "keys" / "ledger-ed25519.pem").stat().st_mode & 0o777 == 0o600


async def test_the_worker_seals_by_itself_what_is_committed(
    bootstrapped_database: str, tmp_path: Path
) -> None:
    stopping = asyncio.Event()
    work = asyncio.create_task(run_seal(stopping, data_dir=tmp_path))

    await _some_entries(3)
    await eventually_async(_blocks)

    stopping.set()
    await work
    assert [list(row["entries"]) for row in await _blocks()] == [[1, 2, 3]]


async def test_of_two_that_seal_at_once_one_works(bootstrapped_database: str) -> None:
    await _some_entries(20)

    made = await asyncio.gather(*(seal_once(at=LATER, rows_max=2) for _ in range(4)))

    assert sum(made) == 10
    assert sorted(number for row in await _blocks() for number in row["entries"]) == list(range(1, 21))
