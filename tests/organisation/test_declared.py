"""Units declare how many members they have, from a day on; past periods divide by the figure of then."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.builders import MOUNTAIN_COMMUNE
from thidua.boards.denominators import denominators
from thidua.boards.model import BoardKey
from thidua.infra.database import Connection, connection, transaction
from thidua.kernel.errors import InputError
from thidua.organisation.actions import put_units
from thidua.organisation.model import Change
from thidua.organisation.queries import unit_id_of

pytestmark = pytest.mark.usefixtures("bootstrapped_database")
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
SPRING = datetime(2026, 4, 20, 3, tzinfo=UTC)


async def declare(*, at: datetime, **more: object) -> UUID:
    """Declare something of a commune on that day."""
    async with transaction() as acquired:
        await put_units(acquired, [{"code": MOUNTAIN_COMMUNE} | more], at=at)
        found = await unit_id_of(acquired, MOUNTAIN_COMMUNE)
    assert found is not None
    return found


async def counted(unit: UUID, period: str, *, at: datetime = NOW) -> int:
    """By how many the board of that period divides."""
    async with transaction() as acquired:
        key = BoardKey("units-per-member", period, unit, "commune")
        return (await denominators(acquired, key, [unit], at=at)).members[unit]


async def members_of(unit: UUID) -> int | None:
    """The figure of today."""
    async with connection() as acquired:
        found: int | None = await acquired.fetchval("SELECT members FROM unit WHERE id = $1", unit)
    return found


async def test_a_past_period_takes_the_figure_of_then() -> None:
    unit = await declare(at=SPRING, members=100)
    await declare(at=NOW, members=160)

    by_period = {
        one: await counted(unit, one) for one in ("2025-Q4", "2026-Q2", "2026-Q3", "2026-11-23", "all")
    }

    assert by_period == {"2025-Q4": 100, "2026-Q2": 100, "2026-Q3": 100, "2026-11-23": 160, "all": 160}


async def test_a_figure_may_be_declared_for_an_earlier_day_and_today_keeps_its_own() -> None:
    unit = await declare(at=SPRING, members=100)
    await declare(at=SPRING, members=140, members_from="2026-04-19")

    await declare(at=NOW, members=120, members_from="2026-01-01")

    assert [await counted(unit, one) for one in ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")] == [
        *(100, 120, 120),
        140,
    ]
    assert await members_of(unit) == 140


async def test_a_figure_of_a_period_that_was_read_does_not_move() -> None:
    unit = await declare(at=SPRING, members=100)
    before = await counted(unit, "2026-Q2")

    await declare(at=NOW, members=50, members_from="2026-01-01")

    assert (before, await counted(unit, "2026-Q2")) == (100, 100)


@pytest.mark.parametrize(
    "more", [{"members": 5, "members_from": "2027-01-01"}, {"members_from": "2026-01-01"}]
)
async def test_a_figure_without_its_number_or_of_tomorrow_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(InputError) as refused:
        await declare(at=NOW, **more)

    assert {one.code for one in refused.value.errors} <= {"in_the_future", "missing_field"}


async def test_a_figure_for_an_earlier_day_is_a_change_once_though_today_keeps_its_own() -> None:
    await declare(at=SPRING, members=100)
    told = {"code": MOUNTAIN_COMMUNE, "members": 100, "members_from": "2026-01-01"}

    async with transaction() as acquired:
        said = [(await put_units(acquired, [told], at=NOW))[0].status for _ in range(2)]

    assert said == [Change.UPDATED, Change.UNCHANGED]


async def test_a_past_figure_unlike_todays_is_a_change_once() -> None:
    await declare(at=SPRING, members=40, members_from="2026-01-01")
    await declare(at=SPRING, members=40, members_from="2026-02-01")
    told = {"code": MOUNTAIN_COMMUNE, "members": 30, "members_from": "2026-01-15"}

    async with transaction() as acquired:
        said = [await put_and_version(acquired, told) for _ in range(2)]

    assert [status for status, _ in said] == [Change.UPDATED, Change.UNCHANGED]
    assert said[0][1] == said[1][1]


async def test_a_figure_of_a_day_since_which_it_is_todays_counts_a_version_once() -> None:
    unit = await declare(at=SPRING, members=100)
    told = {"code": MOUNTAIN_COMMUNE, "members": 30, "members_from": "2026-11-20"}

    async with transaction() as acquired:
        before = await version_of(acquired)
        said = [await put_and_version(acquired, told) for _ in range(2)]

    assert said == [(Change.UPDATED, before + 1), (Change.UNCHANGED, before + 1)]
    assert await members_of(unit) == 30


async def put_and_version(acquired: Connection, told: dict[str, object]) -> tuple[Change, int]:
    """What is said of one unit that is written, and the version of the organisation after it."""
    [put] = await put_units(acquired, [told], at=NOW)
    return put.status, await version_of(acquired)


async def version_of(acquired: Connection) -> int:
    """How many changes of the organisation have been counted."""
    found: int = await acquired.fetchval("SELECT version FROM organisation_version")
    return found
