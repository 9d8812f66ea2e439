"""Verifies what somebody uploads or pastes: a file or text in which a badge may be, or the address of one."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from thidua.badges import queries
from thidua.badges.credentials.addresses import here
from thidua.badges.credentials.fetching import Fetcher
from thidua.badges.credentials.issuing import issued
from thidua.badges.credentials.keys import issuer_keys
from thidua.badges.credentials.pasted import address_in, award_at
from thidua.badges.credentials.published_lists import signed_list
from thidua.badges.credentials.sources import Foreign, Known, Sources, UnreachableError
from thidua.badges.credentials.unbaking import text_in
from thidua.badges.credentials.verdict import Reason, RefusedError, Verdict
from thidua.badges.credentials.verifying import verdict_on
from thidua.infra.database import connection
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError


async def verify(content: bytes, *, at: datetime, hosts: Collection[str] = ()) -> Verdict:
    """The verdict on JSON, a token, a PNG or SVG with either in it, or the address of a credential of ours.

    Ours are told from our own books; `hosts` are addresses by which we are reached besides our public one.
    """
    try:
        text = await _text(content, hosts, at=at)
    except RefusedError as refused:
        return Verdict(reason=refused.reason)
    return await verdict_on(text, sources(at=at), at=at, own=here().did)


async def _text(content: bytes, hosts: Collection[str], *, at: datetime) -> bytes:
    address = address_in(content)
    if address is None:
        return await asyncio.to_thread(text_in, content)
    award = award_at(address, [here().base, *hosts])
    if award is None:
        raise RefusedError(Reason.ADDRESS_ELSEWHERE)
    return await _handed_out(award, at=at)


async def _handed_out(award_id: UUID, *, at: datetime) -> bytes:
    """The token that the page of the credential hands out."""
    try:
        async with connection() as database:
            award = await queries.award(database, award_id)
        return (await issued(award, at=at)).jwt.encode()
    except NotFoundError:
        raise RefusedError(Reason.NOT_HERE) from None


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
