"""Boards as templates show them: every value already in the reader's words and figures."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

from thidua.boards.definitions import Board, boards
from thidua.boards.model import FESTIVAL, Around, BoardPage, BoardRow
from thidua.boards.parts import Part
from thidua.boards.queries import DIVISIONS
from thidua.boards.question import Question
from thidua.infra.clock import now
from thidua.kernel.period import PeriodKind, local_day, parse_period, period_before, period_of
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.places import Places
from thidua.web.board_queries import Asked
from thidua.web.catalogue import translate
from thidua.web.drawing import initials, split
from thidua.web.formats import shown_number
from thidua.web.language import Language
from thidua.web.shown import period_shown

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
_TOP_RANKS = 3


def grouped(listed: Iterable[Board], language: Language) -> list[dict[str, Any]]:
    """Boards by who competes."""
    groups: dict[SubjectKind, list[dict[str, str]]] = {}
    for board in listed:
        groups.setdefault(board.who, []).append({"slug": board.slug, "name": board_name(board, language)})
    return [{"who": who.word, "boards": shown} for who, shown in groups.items()]


def board_view(asked: Asked, page: BoardPage, language: Language) -> dict[str, Any]:
    """One board with a page of its rows."""
    question, board = asked.question, page.key.board
    return {
        "slug": board.slug,
        "name": board_name(board, language),
        "who": board.who.word,
        "measure": board.measure.value,
        "best_n": board.best_n,
        "is_per_member": board.is_per_member,
        "period": page.key.period,
        "period_name": period_name(page.key.period, language),
        "before_name": _before_name(page.key.period, language),
        "scope": {"code": question.scope.code, "name": _scope_name(question, language)},
        "search": asked.words.get("q", ""),
        "as_of": page.stamp.as_of,
        "source": page.stamp.source,
        "total": page.total,
        "members_on": page.denominator_on,
        "is_frozen": page.is_frozen,
        "has_change": any(row.change is not None for row in page.rows),
        "has_parts": False,
        "rows_hash": rows_hash(page.rows),
        "rows": _rows(page.rows, language, is_per_member=board.is_per_member),
    }


def with_parts(
    board: dict[str, Any], parts: Mapping[str, Mapping[Part, int]], language: Language
) -> dict[str, Any]:
    """The same board with what the points of each row are made of, drawn against the most on the page."""
    most = max((sum(one.values()) for one in parts.values()), default=0)
    drawn = {subject: split(list(one.values()), most) for subject, one in parts.items()} if most else {}
    rows = [
        {**row, "parts": drawn.get(row["id"]), "parts_told": _told(parts.get(row["id"]), language)}
        for row in board["rows"]
    ]
    return {**board, "rows": rows, "has_parts": bool(drawn)}


def with_places(board: dict[str, Any], places: Places, scope: UUID, language: Language) -> dict[str, Any]:
    """The same board with the unit of each row below its name, unless it is the board's own."""
    told = {subject: place for subject, place in places.items() if place.unit != scope}
    named = {str(one): place.name_vi if language == "vi" else place.name_en for one, place in told.items()}
    return {**board, "rows": [{**row, "within": named.get(row["id"], "")} for row in board["rows"]]}


def filters_view(asked: Asked, language: Language) -> dict[str, Any]:
    """What a board can be narrowed by, and what is chosen."""
    key = asked.question.key
    return {
        "boards": [(one.slug, board_name(one, language)) for one in boards().values()],
        "periods": [(name, period_name(name, language)) for name in _periods(key.period)],
        "division": key.division or "",
        "divisions": DIVISIONS,
        "kind": asked.words.get("kind"),
    }


def around_view(question: Question, around: Around, language: Language) -> dict[str, Any]:
    """A subject's place and its neighbours."""
    is_per_member = question.key.board.is_per_member
    gap, own = around.gap_hundredths, around.subject.place
    rows = _rows(around.page.rows, language, is_per_member=is_per_member)
    equals = [row for row in rows if row["rank"] == own.rank and row["id"] != str(own.subject)]
    better = [row for row in rows if row["rank"] is not None and row["rank"] < (own.rank or 0)]
    return {
        "is_listed": True,
        "own": next(row for row in rows if row["id"] == str(own.subject)),
        "gap": None if gap is None else figure(gap, language, is_per_member=is_per_member),
        "equal": equals[0] if own.is_tied and equals else None,
        "better": better[-1] if better else None,
        "has_change": any(row.change is not None for row in around.page.rows),
        "rows": rows,
    }


def period_name(name: str, language: Language) -> str:
    """A period of a board as people say it."""
    if name.startswith(FESTIVAL):
        return translate("Ngày hội %(name)s", language, name=name.removeprefix(FESTIVAL))
    period = parse_period(name)
    return name if period is None else period_shown(period, language)


def board_name(board: Board, language: Language) -> str:
    """The name of a board."""
    return board.name_vi if language == "vi" else board.name_en


def figure(hundredths: int, language: Language, *, is_per_member: bool) -> str:
    """A score: whole points, or two decimals where points are divided by members."""
    if not is_per_member:
        return shown_number(hundredths // 100, language)
    whole, rest = divmod(abs(hundredths), 100)
    sign = "\N{MINUS SIGN}" if hundredths < 0 else ""
    return f"{sign}{shown_number(whole, language)}{',' if language == 'vi' else '.'}{rest:02d}"


def rows_hash(rows: Sequence[BoardRow]) -> str:
    """SHA-256 over rank, id and points, parted by tabs, a line a row: what a print-out is checked by."""
    lines = (f"{row.place.rank or ''}\t{row.place.subject}\t{row.place.points}\n" for row in rows)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _rows(rows: Sequence[BoardRow], language: Language, *, is_per_member: bool) -> list[dict[str, Any]]:
    shown = [_row(row, language, is_per_member=is_per_member) for row in rows]
    tied = [row["rank"] if row["is_tied"] else None for row in shown]
    for row, (above, own), (_, below) in zip(
        shown, pairwise([None, *tied]), pairwise([*tied, None]), strict=True
    ):
        row["opens_tie"] = own is not None and above != own
        row["closes_tie"] = own is not None and below != own
    return shown


def _row(row: BoardRow, language: Language, *, is_per_member: bool) -> dict[str, Any]:
    place, name = row.place, row.name
    is_shown = not is_per_member or bool(place.members)
    return {
        "id": str(place.subject),
        "rank": place.rank,
        "is_tied": place.is_tied,
        "is_top": place.rank is not None and place.rank <= _TOP_RANKS,
        "name": name.name_vi if language == "vi" else name.name_en,
        "letters": initials(name.name_vi, name.kind.word),
        "is_alias": name.is_alias,
        "kind": name.kind.word,
        "code": name.code,
        "within": "",
        "address": _address(row),
        "score": figure(place.hundredths, language, is_per_member=is_per_member) if is_shown else "",
        "points": shown_number(place.points, language),
        "members": None if place.members is None else shown_number(place.members, language),
        "reached_at": place.reached_at,
        "change": row.change,
    }


def _told(parts: Mapping[Part, int] | None, language: Language) -> str:
    """The parts in words: Giúp người 348, tự học 50, việc chung 20."""
    if parts is None:
        return ""
    facts = {part.value: shown_number(points, language) for part, points in parts.items()}
    return translate("Giúp người %(helping)s, tự học %(learning)s, việc chung %(common)s", language, **facts)


def _address(row: BoardRow) -> str | None:
    if row.name.kind is SubjectKind.UNIT:
        return f"/units/{row.name.code}" if row.name.code else None
    stem = _ADDRESSES.get(row.name.kind)
    return None if stem is None else f"{stem}/{row.place.subject}"


def _before_name(name: str, language: Language) -> str | None:
    period = None if name.startswith(FESTIVAL) else parse_period(name)
    before = None if period is None else period_before(period)
    return None if before is None else period_shown(before, language)


def _periods(chosen: str) -> list[str]:
    """The periods that today lies in, and the one that is shown."""
    today = local_day(now())
    names = [period_of(kind, today).name for kind in _PERIODS]
    return names if chosen in names else [chosen, *names]


def _scope_name(question: Question, language: Language) -> str:
    return question.scope.name_vi if language == "vi" else question.scope.name_en
