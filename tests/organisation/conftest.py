"""A small country to test on, and short ways to write into it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

import asyncpg
import pytest

from thidua.kernel.errors import InputError
from thidua.organisation.actions import put_units
from thidua.organisation.model import Put

AT = datetime(2026, 10, 10, 3, tzinfo=UTC)
Given = Mapping[str, object]
Action = Callable[..., Awaitable[list[Put]]]

COUNTRY: list[Given] = [
    {"code": "VN", "kind": "central", "name": "Việt Nam"},
    {"code": "P-12", "kind": "province", "name": "Lai Châu", "parent": "VN", "area_group": "mountain"},
    {"code": "P-25", "kind": "province", "name": "Phú Thọ", "parent": "VN"},
    {"code": "C-03478", "kind": "commune", "name": "Xã Sin Suối Hồ", "parent": "P-12", "flags": ["border"]},
    {"code": "C-03390", "kind": "commune", "name": "Xã Phong Thổ", "parent": "P-12"},
    {"code": "C-07900", "kind": "commune", "name": "Phường Việt Trì", "parent": "P-25"},
]


@pytest.fixture
def at() -> datetime:
    """The moment of the test: 10 October 2026, 10:00 in Vietnam."""
    return AT


@pytest.fixture
async def country(rolled_back: asyncpg.Connection) -> asyncpg.Connection:
    """A connection to a country of two provinces and three communes."""
    await put_units(rolled_back, COUNTRY, at=AT)
    return rolled_back


@pytest.fixture
def faults_of() -> Callable[[Awaitable[object]], Awaitable[list[tuple[int | None, str, str]]]]:
    """Await something that must be refused, and return (index, field, code) of each fault."""

    async def faults(refused: Awaitable[object]) -> list[tuple[int | None, str, str]]:
        with pytest.raises(InputError) as caught:
            await refused
        return [(fault.index, fault.field, fault.code) for fault in caught.value.errors]

    return faults


@pytest.fixture
def statuses() -> Callable[[Sequence[Put]], list[str]]:
    """Return what the writes came to."""
    return lambda puts: [str(put.status) for put in puts]
