"""A bootstrapped instance, a recorder that runs, and somebody who sends files for Lai Châu."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import pytest
import pytest_asyncio

from tests.imports.sending import Sender
from thidua.engine.record import recorder
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.organisation.queries import unit_id_of


@pytest.fixture
def at() -> datetime:
    """The moment of the test."""
    return now()


@pytest_asyncio.fixture
async def sender(bootstrapped_database: str) -> AsyncIterator[Sender]:
    """Somebody who imports for the province, in an instance without people."""
    assert bootstrapped_database
    await recorder().start()
    yield Sender(await unit_of("P-12"))
    await recorder().stop()


async def unit_of(code: str) -> UUID:
    async with transaction(readonly=True) as connection:
        found = await unit_id_of(connection, code)
    assert found is not None
    return found
