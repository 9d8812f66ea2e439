"""Verifies what somebody uploads: a file or text of any kind in which a badge may be."""

import asyncio
from datetime import datetime

from thidua.badges.credentials.addresses import here
from thidua.badges.credentials.fetching import Fetcher
from thidua.badges.credentials.keys import issuer_keys
from thidua.badges.credentials.published_lists import signed_list
from thidua.badges.credentials.sources import Foreign, Known, Sources, UnreachableError
from thidua.badges.credentials.unbaking import text_in
from thidua.badges.credentials.verdict import RefusedError, Verdict
from thidua.badges.credentials.verifying import verdict_on
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError


async def verify(content: bytes, *, at: datetime) -> Verdict:
    """The verdict on JSON, a token, or a PNG or SVG with either in it; ours are told from our own books."""
    try:
        text = await asyncio.to_thread(text_in, content)
    except RefusedError as refused:
        return Verdict(reason=refused.reason)
    return await verdict_on(text, sources(at=at), at=at, own=here().did)


def sources(*, at: datetime) -> Sources:
    """Ourselves, and others over the network unless THIDUA_FETCH_FOREIGN says no."""
    chosen = settings()

    async def made(number: int) -> bytes:
        try:
            return (await signed_list(number, at=at)).json
        except NotFoundError:
            raise UnreachableError(str(number)) from None

    foreign = Foreign(Fetcher() if chosen.fetch_foreign else None)
    return Known(here(), issuer_keys(chosen.data_dir), made, foreign)
