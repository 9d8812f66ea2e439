"""What scoring keeps at hand may go: a missing state is made again from the activities (16)."""

from uuid import UUID

from tests.builders import TENTH, recorded, reported, some_people
from thidua.infra.database import connection, owner_connection

_PAID = "SELECT coalesce(sum(points), 0)::int FROM ledger_entry WHERE subject = $1"


async def test_an_emptied_table_of_states_changes_no_points(bootstrapped_database: str) -> None:
    lan, pao = await some_people(2)
    await _cases(lan, 40)
    await _cases(pao, 20)
    owner = await owner_connection()
    await owner.execute("DELETE FROM rule_state")
    await owner.close()
    await _cases(pao, 20, first=20)

    assert await _paid(pao) == await _paid(lan) > 0


async def test_a_new_instance_knows_that_no_state_means_no_fact(bootstrapped_database: str) -> None:
    async with connection() as reading:
        assert await reading.fetchval("SELECT count(*) FROM rule_state WHERE rule = '*'") == 1


async def _cases(person: UUID, count: int, *, first: int = 0) -> None:
    """Record cases of one day, more than the day's cap pays, by twos."""
    for number in range(first, first + count, 2):
        await recorded(
            [
                reported("PUBLIC_SERVICE_CASE", person, at=TENTH, name=f"{person}-{one}")
                for one in (number, number + 1)
            ]
        )


async def _paid(person: UUID) -> int:
    async with connection() as reading:
        return int(await reading.fetchval(_PAID, person))
