"""Boards as the big screen shows them: pages of eight that turn, and of people nothing but aliases."""

from typing import Any

from thidua.boards.model import BoardPage, BoardRow
from thidua.kernel.period import VIETNAM
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.names import alias_of
from thidua.organisation.places import Places
from thidua.web.board_queries import Asked
from thidua.web.board_views import board_name, figure, period_name
from thidua.web.language import Language

ROWS_A_PAGE = 8
ROWS_DEFAULT, ROWS_MAX = 24, 96
_WHOLE = 100
# A longer name takes the line of the place below it.
_LETTERS_A_LINE = 28


def screen_view(asked: Asked, page: BoardPage, places: Places, language: Language) -> dict[str, Any]:
    """The rows in pages, and what stands around them."""
    question, board = asked.question, page.key.board
    best = max((row.place.hundredths for row in page.rows), default=0)
    rows = [_row(row, best, places, language, is_per_member=board.is_per_member) for row in page.rows]
    return {
        "slug": board.slug,
        "name": board_name(board, language),
        "who": board.who.word,
        "is_per_member": board.is_per_member,
        "period_name": period_name(page.key.period, language),
        "scope_name": question.scope.name_vi if language == "vi" else question.scope.name_en,
        "as_of": page.stamp.as_of,
        "as_of_clock": f"{page.stamp.as_of.astimezone(VIETNAM):%H:%M:%S}",
        "total": page.total,
        "has_change": any(row.change is not None for row in page.rows),
        "pages": [_page(rows, first) for first in range(0, len(rows), ROWS_A_PAGE)],
    }


def _page(rows: list[dict[str, Any]], first: int) -> dict[str, Any]:
    some = rows[first : first + ROWS_A_PAGE]
    return {"number": first // ROWS_A_PAGE + 1, "first": first + 1, "last": first + len(some), "rows": some}


def _row(
    row: BoardRow, best: int, places: Places, language: Language, *, is_per_member: bool
) -> dict[str, Any]:
    place = row.place
    is_counted = not is_per_member or bool(place.members)
    name, lies = _name(row, language), places.get(place.subject)
    return {
        "id": str(place.subject),
        "rank": place.rank,
        "is_tied": place.is_tied,
        "change": row.change,
        "name": name,
        "is_long": len(name) > _LETTERS_A_LINE,
        "place": "" if lies is None else lies.name_vi if language == "vi" else lies.name_en,
        "score": figure(place.hundredths, language, is_per_member=is_per_member) if is_counted else "",
        "share": _share(place.hundredths, best) if is_counted else 0,
    }


def _share(hundredths: int, best: int) -> int:
    """How long the bar is, of a hundred: that of the best is whole."""
    return max(0, hundredths * _WHOLE // best) if best > 0 else 0


def _name(row: BoardRow, language: Language) -> str:
    """In a hall, a person is an alias, whatever name they show elsewhere."""
    if row.name.kind is SubjectKind.PERSON:
        return alias_of(row.place.subject)
    return row.name.name_vi if language == "vi" else row.name.name_en
