"""The moving piece of a board's page, stamp and table, rendered once per state, language and address."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from thidua.boards.errors import NotOnBoardError
from thidua.boards.model import BoardPage, Stamp
from thidua.boards.parts import has_parts, parts_of
from thidua.boards.reading import Reader
from thidua.infra.database import transaction
from thidua.web.board_places import places_on
from thidua.web.board_queries import Asked
from thidua.web.board_views import around_view, board_view, with_parts, with_places
from thidua.web.language import Language
from thidua.web.pages import piece

_BYTES_MAX = 32 << 20
# Two rows either side of whoever is looked at: what fits on a line.
_AROUND_ROWS = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """What `#board-live` holds at one state of the board, the same for every reader."""

    stamp: Stamp
    page: BoardPage
    html: str


_kept: OrderedDict[tuple[str, bytes, Language], Piece] = OrderedDict()
_size = [0]


async def live_piece(here: Reader, asked: Asked, address: bytes, language: Language) -> Piece:
    """The piece of the board that is asked for under that query, made anew only when the board has moved."""
    name = asked.query.key.slug, address, language
    kept = _kept.get(name)
    if kept is not None and kept.stamp == await here.stamp(asked.query.key):
        return kept
    page = await here.page(asked.query)
    made = Piece(page.stamp, page, await live_html(asked, page, language))
    _keep(name, made)
    return made


async def live_html(asked: Asked, page: BoardPage, language: Language) -> str:
    """What `#board-live` holds of a page of the board."""
    board = board_view(asked, page, language)
    if has_parts(page.key):
        async with transaction(readonly=True) as database:
            parts = await parts_of(database, page.key, [row.place for row in page.rows])
        board = with_parts(board, {str(subject): one for subject, one in parts.items()}, language)
    board = with_places(board, await places_on(page), asked.question.scope.id, language)
    lines = piece("boards/_live.html", language, board=board).splitlines()
    return "\n".join(bare for line in lines if (bare := line.strip()))


async def around_shown(
    here: Reader, asked: Asked, subject: UUID, own: UUID | None, language: Language
) -> dict[str, Any]:
    """Where the subject stands, with the rows next to it; `own` is whoever reads."""
    is_you = subject == own
    try:
        around = await here.around(asked.query.key, subject, span=_AROUND_ROWS)
    except NotOnBoardError:
        return {"is_listed": False, "is_you": is_you}
    return {**around_view(asked.question, around, language), "is_you": is_you}


def with_own_row(html: str, subject: UUID | None, *, is_you: bool) -> str:
    """The piece with the row that is looked for marked; `live.js` does the same in later frames."""
    start = -1 if subject is None else html.find(f'<tr data-subject="{subject}"')
    if start < 0:
        return html
    end = html.index("</tr>", start)
    row = html[start:end].replace('class="', 'aria-current="true" class="is-me ', 1)
    if is_you:
        row = row.replace('class="you" hidden', 'class="you"', 1)
    return html[:start] + row + html[end:]


def _keep(name: tuple[str, bytes, Language], made: Piece) -> None:
    before = _kept.pop(name, None)
    _size[0] += len(made.html) - (len(before.html) if before else 0)
    _kept[name] = made
    while _size[0] > _BYTES_MAX:
        _size[0] -= len(_kept.popitem(last=False)[1].html)
