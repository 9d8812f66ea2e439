"""What an empty instance begins with: the national tree and the shipped rulebook; no people."""

from thidua.engine import rulebooks
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.organisation.national.load import load


async def bootstrap() -> None:
    """Bring in what is missing, over the open pool; safe to call at every start."""
    at = now()
    async with transaction() as connection:
        await connection.execute("SET LOCAL statement_timeout = '120s'")
        await load(connection, at)
    await rulebooks.publish_shipped(at=at)
