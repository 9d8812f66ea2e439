"""Boards as templates show them: every value already in the reader's words and figures."""

from collections.abc import Iterable
from typing import Any

from thidua.boards.definitions import Board
from thidua.boards.model import Around, BoardPage, BoardRow
from thidua.boards.queries import DIVISIONS
from thidua.boards.question import Question
from thidua.infra.clock import now
from thidua.kernel.period import PeriodKind, local_day, period_of
from thidua.kernel.subjects import SubjectKind
from thidua.web.board_queries import Asked
from thidua.web.formats import shown_number
from thidua.web.language import Language

_ADDRESSES = {SubjectKind.PERSON: "/people", SubjectKind.TEAM: "/teams"}
_PERIODS = (
    PeriodKind.DAY,
    PeriodKind.WEEK,
    PeriodKind.MONTH,
    PeriodKind.QUARTER,
    PeriodKind.HALF_YEAR,
    PeriodKind.YEAR,
    PeriodKind.SCHOOL_YEAR,
    PeriodKind.ALL,
)


def grouped(listed: Iterable[Board], language: Language) -> list[dict[str, Any]]:
    """Boards by who competes."""
    groups: dict[SubjectKind, list[dict[str, str]]] = {}
    for board in listed:
        groups.setdefault(board.who, []).append({"slug": board.slug, "name": _name(board, language)})
    return [{"who": who.word, "boards": shown} for who, shown in groups.items()]


def board_view(asked: Asked, page: BoardPage, language: Language) -> dict[str, Any]:
    """One board with a page of its rows."""
    question, board = asked.question, page.key.board
    return {
        "slug": board.slug,
        "name": _name(board, language),
        "who": board.who.word,
        "is_per_member": board.is_per_member,
        "tie_chain": board.tie_chain,
        "period": page.key.period,
        "scope": {"code": question.scope.code, "name": _scope_name(question, language)},
        "kind": page.key.kind,
        "division": page.key.division,
        "divisions": DIVISIONS,
        "periods": _periods(page.key.period),
        "search": asked.words.get("q", ""),
        "as_of": page.stamp.as_of,
        "source": page.stamp.source,
        "total": page.total,
        "members_on": page.denominator_on,
        "is_frozen": page.is_frozen,
        "has_change": any(row.change is not None for row in page.rows),
        "rows": [_row(row, language, is_per_member=board.is_per_member) for row in page.rows],
    }


def around_view(question: Question, around: Around, language: Language) -> dict[str, Any]:
    """A subject's place and its neighbours."""
    is_per_member = question.key.board.is_per_member
    gap = around.gap_hundredths
    return {
        "is_listed": True,
        "own": _row(around.subject, language, is_per_member=is_per_member),
        "gap": None if gap is None else _figure(gap, language, is_per_member=is_per_member),
        "rows": [_row(row, language, is_per_member=is_per_member) for row in around.page.rows],
    }


def _row(row: BoardRow, language: Language, *, is_per_member: bool) -> dict[str, Any]:
    place, name = row.place, row.name
    is_shown = not is_per_member or bool(place.members)
    score = _figure(place.hundredths, language, is_per_member=is_per_member) if is_shown else ""
    return {
        "id": str(place.subject),
        "rank": place.rank,
        "is_tied": place.is_tied,
        "name": name.name_vi if language == "vi" else name.name_en,
        "code": name.code,
        "address": _address(row),
        "score": score,
        "points": shown_number(place.points, language),
        "members": None if place.members is None else shown_number(place.members, language),
        "reached_at": place.reached_at,
        "change": row.change,
    }


def _address(row: BoardRow) -> str | None:
    if row.name.kind is SubjectKind.UNIT:
        return f"/units/{row.name.code}" if row.name.code else None
    stem = _ADDRESSES.get(row.name.kind)
    return None if stem is None else f"{stem}/{row.place.subject}"


def _figure(hundredths: int, language: Language, *, is_per_member: bool) -> str:
    if not is_per_member:
        return shown_number(hundredths // 100, language)
    whole, rest = divmod(abs(hundredths), 100)
    sign = "\N{MINUS SIGN}" if hundredths < 0 else ""
    return f"{sign}{shown_number(whole, language)}{',' if language == 'vi' else '.'}{rest:02d}"


def _periods(chosen: str) -> list[str]:
    """The periods that today lies in, and the one that is shown."""
    today = local_day(now())
    names = [period_of(kind, today).name for kind in _PERIODS]
    return names if chosen in names else [chosen, *names]


def _name(board: Board, language: Language) -> str:
    return board.name_vi if language == "vi" else board.name_en


def _scope_name(question: Question, language: Language) -> str:
    return question.scope.name_vi if language == "vi" else question.scope.name_en
