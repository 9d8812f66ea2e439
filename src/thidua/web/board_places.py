"""The line below each name of a board: where whoever stands there has their place."""

from uuid import UUID

from thidua.boards.model import BoardPage
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.organisation.places import Places, place_names, places_at_hand


async def places_on(page: BoardPage) -> Places:
    """The places of all on the page; asked of the database once for each state of the organisation."""
    subjects, at, mark = [row.place.subject for row in page.rows], now(), UUID(bytes=page.stamp.names_version)
    at_hand = places_at_hand(subjects, at, mark=mark)
    if at_hand is not None:
        return at_hand
    async with connection() as reading:
        return await place_names(reading, subjects, page.key.board.who, at, mark=mark)
