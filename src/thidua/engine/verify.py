"""Verifies everything anew, in one snapshot: hashes, chain, roots, totals, what the rules give, badges."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from thidua.badges.catalogue import catalogue
from thidua.engine.findings import Findings
from thidua.engine.published import PublishedRoot
from thidua.engine.rulebooks import shelf_of
from thidua.engine.verify_badges import check_badges
from thidua.engine.verify_chain import check_chain
from thidua.engine.verify_totals import check_totals
from thidua.infra.database import owner_connection
from thidua.ledger import queries

# Sums of a large range would otherwise be sorted on disk.
_MEMORY = "SET LOCAL work_mem = '64MB'"


async def verify(
    *, at: datetime, public: bytes | None = None, published: PublishedRoot | None = None
) -> Findings:
    """Return every difference between the ledger and what it must be; reads only, and keeps little at a time.

    `public` is the key that signs the roots; `published` a root that somebody kept outside.
    """
    findings = Findings()
    connection = await owner_connection()
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute(_MEMORY)
            registry = shelf_of(await queries.rulebooks(connection), at=at).registry
            with _timed(findings, "chain"):
                await check_chain(connection, findings, public=public, published=published)
            with _timed(findings, "totals"):
                await check_totals(connection, registry, findings)
            with _timed(findings, "badges"):
                await check_badges(connection, catalogue().badges.values(), findings, at=at)
    finally:
        await connection.close()
    return findings


@contextmanager
def _timed(findings: Findings, what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    findings.seconds[what] = time.perf_counter() - began
