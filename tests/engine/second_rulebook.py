"""A second version of the shipped rulebook, for tests; what it changes stands in the TOML file beside it."""

import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from thidua.engine import rulebooks
from thidua.engine.record import Recorder
from thidua.engine.rulebooks import publish
from thidua.scoring.rulebook import shipped_text

IN_FORCE_FROM = datetime(2026, 10, 14, 17, 0, tzinfo=UTC)  # midnight of 15 October in Vietnam
PUBLISHED_AT = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)


def second_text() -> str:
    """The text of version 2."""
    text = shipped_text()
    for change in tomllib.loads(Path(__file__).with_suffix(".toml").read_text())["change"]:
        assert change["old"] in text, f"the shipped rulebook no longer says {change['old']!r}"
        text = text.replace(change["old"], change["new"], 1)
    return text


async def publish_second() -> None:
    """Publish version 2, in force from 15 October 2026."""
    await publish(second_text(), in_force_from=IN_FORCE_FROM, at=PUBLISHED_AT)


@asynccontextmanager
async def recording_under_both() -> AsyncIterator[Recorder]:
    """A recorder on an instance with both rulebooks, until the block ends."""
    rulebooks.forget()
    await publish_second()
    started = Recorder()
    await started.start()
    yield started
    await started.stop()
    rulebooks.forget()
