"""The shapes in which the API tells of boards, and their examples."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from thidua.boards.definitions import Board
from thidua.boards.model import Around, BoardPage, BoardRow, Place
from thidua.boards.question import Question
from thidua.kernel.period import PeriodKind
from thidua.kernel.subjects import SubjectKind
from thidua.web.language import Language

STATE = "open"
_KIND_WORDS = {kind: kind.word for kind in SubjectKind}


class BoardBody(msgspec.Struct, frozen=True):
    """One board as defined."""

    slug: str
    name: Mapping[str, str]
    who: str
    measure: str
    category: str | None
    periods: list[str]
    tie_chain: list[str]
    order: list[str]
    state: str


BOARD_EXAMPLE: dict[str, Any] = {
    "slug": "people-total",
    "name": {"vi": "Cá nhân: tổng điểm", "en": "People: total points"},
    "who": "person",
    "measure": "points",
    "category": None,
    "periods": ["day", "week", "month", "quarter", "half_year", "year", "school_year", "all"],
    "tie_chain": ["points"],
    "order": ["reached_at", "id"],
    "state": "open",
}


class BoardsBody(msgspec.Struct, frozen=True):
    """All boards."""

    items: list[BoardBody]
    next: str | None


class BoardSubjectBody(msgspec.Struct, frozen=True):
    """Who stands in a row, as anybody may see it."""

    id: UUID
    code: str | None
    kind: str
    name: str


class BoardRowBody(msgspec.Struct, frozen=True):
    """One row; `rank` is null for who is listed but not ranked, `change` for who was absent before."""

    rank: int | None
    tied: bool
    subject: BoardSubjectBody
    score: int | float
    reached_at: datetime
    change: int | None
    points: int | msgspec.UnsetType = msgspec.UNSET
    members: int | msgspec.UnsetType | None = msgspec.UNSET


class BoardPageBody(msgspec.Struct, frozen=True):
    """A page of a board."""

    board: str
    period: str
    scope: str
    kind: str | None
    division: str | None
    state: str
    as_of: datetime
    source: str
    tie_chain: list[str]
    order: list[str]
    total: int
    rows: list[BoardRowBody]
    next: str | None


class AroundBody(msgspec.Struct, frozen=True):
    """The rows around a subject; `gap` is what it lacks to the next better score, null for the first."""

    board: str
    period: str
    scope: str
    kind: str | None
    division: str | None
    state: str
    as_of: datetime
    source: str
    tie_chain: list[str]
    order: list[str]
    total: int
    subject: UUID
    rank: int | None
    score: int | float
    gap: int | float | None
    rows: list[BoardRowBody]


def board_body(board: Board) -> dict[str, Any]:
    """A board as defined."""
    return {
        "slug": board.slug,
        "name": {"vi": board.name_vi, "en": board.name_en},
        "who": board.who.word,
        "measure": board.measure.value,
        "category": board.category,
        "periods": [*(kind.value for kind in PeriodKind), "festival"],
        "tie_chain": board.tie_chain,
        "order": board.order,
        "state": STATE,
    }


def page_body(
    question: Question, page: BoardPage, following: str | None, language: Language
) -> dict[str, Any]:
    """A page of a board."""
    return {**_head(question, page), "rows": _rows(page, language), "next": following}


def around_body(question: Question, around: Around, language: Language) -> dict[str, Any]:
    """The rows around a subject."""
    place, is_exact = around.subject.place, question.key.board.is_per_member
    gap = around.gap_hundredths
    return {
        **_head(question, around.page),
        "subject": place.subject,
        "rank": place.rank,
        "score": _score(place, is_exact=is_exact),
        "gap": None if gap is None else _number(gap, is_exact=is_exact),
        "rows": _rows(around.page, language),
    }


def _head(question: Question, page: BoardPage) -> dict[str, Any]:
    key, board = page.key, page.key.board
    told: dict[str, Any] = {
        "board": key.slug,
        "period": key.period,
        "scope": question.scope.code,
        "kind": key.kind,
        "division": key.division,
        "state": STATE,
        "as_of": page.stamp.as_of,
        "source": page.stamp.source,
        "tie_chain": board.tie_chain,
        "order": board.order,
        "total": page.total,
    }
    if board.is_per_member:
        told["denominator"] = {"on": page.denominator_on, "is_frozen": page.is_frozen}
    return told


def _rows(page: BoardPage, language: Language) -> list[dict[str, Any]]:
    is_exact = page.key.board.is_per_member
    return [_row(row, language, is_exact=is_exact) for row in page.rows]


def _row(row: BoardRow, language: Language, *, is_exact: bool) -> dict[str, Any]:
    place, name = row.place, row.name
    told = {
        "rank": place.rank,
        "tied": place.is_tied,
        "subject": {
            "id": place.subject,
            "code": name.code,
            "kind": _KIND_WORDS[name.kind],
            "name": name.name_vi if language == "vi" else name.name_en,
        },
        "score": _score(place, is_exact=is_exact),
        "reached_at": place.reached_at,
        "change": row.change,
    }
    if is_exact:
        told |= {"points": place.points, "members": place.members}
    return told


def _score(place: Place, *, is_exact: bool) -> int | msgspec.Raw | None:
    if is_exact and not place.members:
        return None
    return _number(place.hundredths, is_exact=is_exact)


def _number(hundredths: int, *, is_exact: bool) -> int | msgspec.Raw:
    return msgspec.Raw(two_decimals(hundredths).encode()) if is_exact else hundredths // 100


def two_decimals(hundredths: int) -> str:
    """Hundredths as a decimal number, written without ever being a float."""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02d}"


_ROW_EXAMPLE = {
    "rank": 1,
    "tied": False,
    "subject": {
        "id": "01920f3c-8a1e-7c3d-9f10-3b1f6f0c2a11",
        "code": None,
        "kind": "person",
        "name": "Giàng A Páo",
    },
    "score": 412,
    "reached_at": "2026-11-20T08:30:00Z",
    "change": 2,
}
_HEAD_EXAMPLE = {
    "board": "people-total",
    "period": "2026-Q4",
    "scope": "P-12",
    "kind": None,
    "division": None,
    "state": "open",
    "as_of": "2026-11-21T07:32:08.120000Z",
    "source": "redis",
    "tie_chain": ["points"],
    "order": ["reached_at", "id"],
    "total": 2311,
}
PAGE_EXAMPLE = {**_HEAD_EXAMPLE, "rows": [_ROW_EXAMPLE], "next": None}
AROUND_EXAMPLE = {
    **_HEAD_EXAMPLE,
    "subject": _ROW_EXAMPLE["subject"]["id"],  # type: ignore[index]  # a literal a few lines up
    "rank": 1,
    "score": 412,
    "gap": None,
    "rows": [_ROW_EXAMPLE],
}
