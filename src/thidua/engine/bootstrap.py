"""What an empty instance begins with: the national tree and a rulebook, mostly the shipped one; no people."""

from datetime import datetime
from pathlib import Path

from thidua.engine import rulebooks
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.infra.errors import StartError
from thidua.infra.settings import settings
from thidua.organisation.national.load import load
from thidua.scoring.places import RulebookError
from thidua.scoring.rulebook import shipped_text


async def bootstrap() -> None:
    """Bring in what is missing, over the open pool; safe to call at every start."""
    at = now()
    async with transaction() as connection:
        await connection.execute("SET LOCAL statement_timeout = '120s'")
        await load(connection, at)
    await _first_rulebook(at)


async def _first_rulebook(at: datetime) -> None:
    chosen = settings().rulebook
    try:
        await rulebooks.publish_first(_text_of(chosen), at=at)
    except (RulebookError, UnicodeDecodeError) as error:
        raise StartError(f"THIDUA_RULEBOOK={chosen}: {error}") from error


def _text_of(file: Path | None) -> str:
    return shipped_text() if file is None else file.read_text(encoding="utf-8")
