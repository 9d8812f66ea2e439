"""What a live board sends: frames of Server-Sent Events, each rendered and packed once for all who see it.

Packed pieces are blocks of deflate that refer to nothing before them, so any of them may follow any other:
whoever skips a frame, or comes later, unpacks the next one all the same.
"""

import hashlib
import secrets
import zlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

import msgspec

from thidua.boards.model import BoardPage, BoardQuery, Stamp
from thidua.boards.reading import Reader
from thidua.infra.clock import now
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.places import Places
from thidua.web.api.board_bodies import page_body
from thidua.web.board_pieces import live_piece
from thidua.web.board_places import places_on
from thidua.web.board_queries import Asked
from thidua.web.language import Language
from thidua.web.pages import piece
from thidua.web.screen_views import ROWS_DEFAULT, ROWS_MAX, screen_view
from thidua.web.streams import Frame

# The head of a gzip file; what follows are blocks without an end, as a stream has none.
PACKED_HEAD = bytes.fromhex("1f8b08000000000000ff")
_RETRY_FROM_MS, _RETRY_STEP_MS, _RETRIES = 1_000, 100, 60
_KEPT = ("period", "scope", "kind", "division", "limit")
_encode = msgspec.json.Encoder().encode


class Form(StrEnum):
    """In which form a board is sent."""

    PAGE = "page"
    SCREEN = "screen"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Shown:
    """One board as it is shown live."""

    asked: Asked
    form: Form
    language: Language

    @property
    def name(self) -> tuple[object, ...]:
        """Equal for all who are sent the same."""
        return self.asked.query, tuple(sorted(kept_of(self.asked).items())), self.form, self.language


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a stream, as they are and packed."""

    plain: bytes
    packed: bytes


def shown(asked: Asked, form: Form, language: Language) -> Shown:
    """The first page of the board asked for, as it is shown live: neither searched nor turned."""
    plain = replace(asked, query=BoardQuery(asked.query.key, asked.query.rows_max), words=kept_of(asked))
    return Shown(on_screen(plain) if form is Form.SCREEN else plain, form, language)


def on_screen(asked: Asked) -> Asked:
    """The first rows of the board: as many as asked for, within what a hall has the patience for."""
    rows = min(asked.query.rows_max, ROWS_MAX) if "limit" in asked.words else ROWS_DEFAULT
    return replace(asked, query=BoardQuery(asked.query.key, rows))


async def places_of(page: BoardPage) -> Places:
    """Where those on a big screen have their place: of people, nothing but an alias is shown."""
    return {} if page.key.board.who is SubjectKind.PERSON else await places_on(page)


def kept_of(asked: Asked) -> dict[str, str]:
    """The words of the question that choose the board and its length."""
    return {name: asked.words[name] for name in _KEPT if name in asked.words}


def maker(reader: Reader, one: Shown) -> Callable[[Frame | None], Coroutine[None, None, Frame]]:
    """What makes the frame of a showing: the same one again while nothing in it has changed."""
    seen: Stamp | None = None

    async def make(before: Frame | None) -> Frame:
        nonlocal seen
        stamp = await reader.stamp(one.asked.query.key)
        if before is not None and seen is not None and _is_same(stamp, seen):
            return before
        page, body = await _made(reader, one)
        seen, version = page.stamp, _version(page, one)
        return before if before is not None and before.version == version else _frame(version, body)

    return make


async def _made(reader: Reader, one: Shown) -> tuple[BoardPage, str]:
    """The board now, in the form it is shown in."""
    asked, language = one.asked, one.language
    if one.form is Form.PAGE:
        live = await live_piece(reader, asked, urlencode(asked.words).encode(), language)
        return live.page, live.html
    page = await reader.page(asked.query)
    if one.form is Form.ROWS:
        rows = page_body(asked.question, page, asked.cursor(page.after), language)
        return page, _encode(rows).decode()
    board = screen_view(asked, page, await places_of(page), language)
    return page, piece("screens/_live.html", language, board=board)


def _frame(version: str, body: str) -> Frame:
    lines = b"".join(b"data: " + line + b"\n" for line in _lines(body))
    sent = pieces(b"id: " + version.encode() + b"\n" + lines + b"\n")
    return Frame(version, sent.plain, sent.packed)


def pieces(plain: bytes) -> Piece:
    """The bytes with their packed form."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Piece(plain, packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH))


def retry() -> Piece:
    """When to come back after a break: another moment for everyone, so that not all come at once."""
    return _RETRY[secrets.randbelow(_RETRIES)]


def beat() -> Piece:
    """Nothing new: a comment for those who count bytes, and an event with the time for those who listen."""
    return pieces(f": ping\nevent: beat\ndata: {_seconds(now())}\n\n".encode())


_RETRY = [pieces(f"retry: {_RETRY_FROM_MS + nth * _RETRY_STEP_MS}\n".encode()) for nth in range(_RETRIES)]


def _seconds(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _is_same(stamp: Stamp, seen: Stamp) -> bool:
    """Whether the rows must be the same; the moment up to which they are complete moves on by itself."""
    return (stamp.source, stamp.version, stamp.names_version) == (
        seen.source,
        seen.version,
        seen.names_version,
    )


def _version(page: BoardPage, one: Shown) -> str:
    """Equal wherever and whenever the same is shown, so that another process takes up where one ended."""
    digest = hashlib.blake2b(f"{one.name}|{page.total}|{page.denominator_on}".encode(), digest_size=9)
    for row in page.rows:
        place = row.place
        told = (place.rank, place.is_tied, place.points, place.members, row.change, row.name.name_vi)
        digest.update(place.record + repr(told).encode())
    return digest.hexdigest()


def _lines(body: str) -> list[bytes]:
    # Split as readers of a stream do; what stands at the edges of a line of markup is of no weight.
    return [line for one in body.encode().splitlines() if (line := one.strip())] or [b""]
