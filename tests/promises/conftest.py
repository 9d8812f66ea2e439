"""One whole instance, durable and slow to make, that the tests of faults share."""

from collections.abc import Iterator

import pytest

from tests.support.faults import Stack, stack


@pytest.fixture(scope="session")
def running() -> Iterator[Stack]:
    """PostgreSQL, Valkey, worker and web server as in production, each of which may be killed."""
    with stack() as started:
        yield started
