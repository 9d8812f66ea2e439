"""What runs beside the web: the relay that keeps boards equal to the ledger, badges, sealing, imports.

Once a minute a sample tells whether they are equal indeed.
"""

import asyncio

from thidua.engine.announce import announce
from thidua.engine.award import award, demand_same_criteria
from thidua.engine.record import recorder
from thidua.engine.sampling import run_samples
from thidua.engine.seal import run_seal
from thidua.imports.running import run_imports
from thidua.infra import collector
from thidua.infra.database import close_pool, open_pool
from thidua.infra.redis import close_client
from thidua.infra.settings import settings


async def run(stopping: asyncio.Event) -> None:
    """Follow the ledger until told to stop; any number of workers may run, one of them leads."""
    await open_pool()
    await recorder().start()
    try:
        await demand_same_criteria()
        collector.calm()
        async with asyncio.TaskGroup() as work:
            work.create_task(announce(stopping))
            work.create_task(award(stopping))
            work.create_task(run_seal(stopping, data_dir=settings().data_dir))
            work.create_task(run_samples(stopping))
            work.create_task(run_imports(stopping))
    finally:
        await recorder().stop()
        await close_client()
        await close_pool()
