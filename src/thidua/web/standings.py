"""Where a subject stands on a board, and a board's first rows, for pages that are not the board itself."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from thidua.boards.errors import NotOnBoardError
from thidua.boards.model import BoardPage, BoardQuery, BoardRow
from thidua.boards.question import Question, Words
from thidua.boards.reading import reader
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.surroundings import Place
from thidua.web.board_views import figure
from thidua.web.drawing import initials
from thidua.web.language import Language

_ADDRESSES = {SubjectKind.PERSON: "/people", SubjectKind.TEAM: "/teams"}


@dataclass(frozen=True, slots=True)
class Rank:
    """One place on one board, in words and figures."""

    address: str
    scope: str
    rank: int | None
    is_tied: bool
    total: int
    change: int | None
    score: str
    gap: str | None


async def rank_of(
    subject: UUID, slug: str, *, period: str, within: Place, kind: str | None, language: Language
) -> Rank | None:
    """Where the subject stands within the unit; None where it is not listed."""
    here = await reader()
    question = await here.understand(Words(slug, period, within.code, kind))
    try:
        around = await here.around(question.key, subject, span=1)
    except NotOnBoardError:
        return None
    row, divided = around.subject, question.key.board.is_per_member
    gap = around.gap_hundredths
    return Rank(
        address=board_address(question, subject),
        scope=within.name if language == "vi" else within.name_en,
        rank=row.place.rank,
        is_tied=row.place.is_tied,
        total=around.page.total,
        change=row.change,
        score=figure(row.place.hundredths, language, is_per_member=divided),
        gap=None if gap is None else figure(gap, language, is_per_member=divided),
    )


async def first_rows(question: Question, *, rows_max: int) -> BoardPage:
    """The first rows of the board."""
    return await (await reader()).page(BoardQuery(question.key, rows_max=rows_max))


async def asked(slug: str, *, period: str, within: str, kind: str | None = None) -> Question:
    """The board meant."""
    return await (await reader()).understand(Words(slug, period, within, kind))


def rows_shown(page: BoardPage, language: Language) -> list[dict[str, Any]]:
    """The rows as a small table shows them."""
    divided = page.key.board.is_per_member
    return [_row(row, language, is_per_member=divided) for row in page.rows]


def board_address(question: Question, subject: UUID | None = None) -> str:
    """Where the board is read, around the subject if one is given."""
    key = question.key
    around = "" if subject is None else f"&subject={subject}"
    kind = "" if key.kind is None else f"&kind={key.kind}"
    return f"/boards/{key.slug}?period={key.period}&scope={question.scope.code}{kind}{around}"


def _row(row: BoardRow, language: Language, *, is_per_member: bool) -> dict[str, Any]:
    place, name = row.place, row.name
    is_scored = not is_per_member or place.rank is not None
    stem = _ADDRESSES.get(name.kind)
    return {
        "rank": place.rank,
        "is_tied": place.is_tied,
        "name": name.name_vi if language == "vi" else name.name_en,
        "letters": initials(name.name_vi, name.kind.word),
        "is_alias": name.is_alias,
        "kind": name.kind.word,
        "address": f"{stem}/{place.subject}" if stem else f"/units/{name.code}",
        "points": place.points,
        "members": place.members,
        "score": figure(place.hundredths, language, is_per_member=is_per_member) if is_scored else "",
        "change": row.change,
    }
