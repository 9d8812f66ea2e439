"""`/api/v1/subjects` and `/api/v1/entries`: what somebody has, and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from thidua.infra.clock import now
from thidua.infra.database import connection, transaction
from thidua.kernel.errors import NotFoundError
from thidua.ledger.shown import Total, entry_by_id
from thidua.web.api.answers import answer_json
from thidua.web.api.examples import ENTRIES, ENTRY, SUBJECT
from thidua.web.entries import entry_body
from thidua.web.paging import limit_of
from thidua.web.subjects import Subject, entries_page, name_of, subject_of
from thidua.web.tokens import requires

_BIGGEST = 2**63 - 1
Period = Annotated[str, QueryParameter(max_length=40, description="Such as 2026-Q4, 2026-11, SY2026 or all")]
Limit = Annotated[int | None, QueryParameter(description="1 to 100; 50 by default")]
Cursor = Annotated[str | None, QueryParameter(max_length=1000, description="`next` of the page before")]


class TotalBody(msgspec.Struct, frozen=True):
    """Points in one period that today lies in."""

    period: str
    kind: str
    points: int
    categories: Mapping[str, int]


class SubjectBody(msgspec.Struct, frozen=True):
    """A subject as anybody may see it: an alias unless a person chose a public name."""

    id: UUID
    kind: str
    code: str | None
    name: Mapping[str, str]
    is_alias: bool
    totals: list[TotalBody]


class StepBody(msgspec.Struct, frozen=True):
    """One step of an explanation."""

    what: str
    value: int | str
    because: Mapping[str, str]


class SealBody(msgspec.Struct, frozen=True):
    """The block that seals an entry."""

    block: int
    root: str
    previous: str


class EntryBody(msgspec.Struct, frozen=True):
    """One entry of the ledger, explained in both languages."""

    id: int
    subject: UUID
    team: UUID | None
    unit: UUID
    points: int
    kind: str
    category: str
    occurred_at: datetime
    posted_at: datetime
    activity: UUID
    act: UUID
    rule: str
    rulebook_version: int
    sentence: Mapping[str, str]
    steps: list[StepBody]
    hash: str
    seal: SealBody | None


class EntriesBody(msgspec.Struct, frozen=True):
    """A page of entries, latest first."""

    items: list[EntryBody]
    next: str | None


@get(
    "/api/v1/subjects/{subject:uuid}",
    tags=["Ledger"],
    summary="A subject: kind, shown name, totals per period",
    opt={"answers": SubjectBody, "answer_example": SUBJECT},
)
async def read_subject(subject: FromPath[UUID]) -> ASGIResponse:
    """Show a subject to anybody."""
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        found = await subject_of(database, subject, at=now())
    return answer_json(_subject_body(found))


@get(
    "/api/v1/subjects/{subject:uuid}/entries",
    tags=["Ledger"],
    summary="The entries of a subject, latest first",
    guards=[requires("boards:read")],
    opt={"answers": EntriesBody, "answer_example": ENTRIES},
)
async def read_entries(
    subject: FromPath[UUID], period: Period = "all", cursor: Cursor = None, limit: Limit = None
) -> ASGIResponse:
    """Show a page of a subject's entries."""
    async with connection() as database:
        await name_of(database, subject, at=now())
        page = await entries_page(database, subject, period=period, cursor=cursor, limit=limit_of(limit))
    return answer_json({"items": [entry_body(one) for one in page.entries], "next": page.next})


@get(
    "/api/v1/entries/{entry:int}",
    tags=["Ledger"],
    summary="One entry with its explanation and its seal",
    guards=[requires("boards:read")],
    opt={"answers": EntryBody, "answer_example": ENTRY},
)
async def read_entry(entry: FromPath[int]) -> ASGIResponse:
    """Show one entry; `seal` is null for about a second."""
    if not 0 < entry <= _BIGGEST:
        raise NotFoundError
    async with connection() as database:
        found = await entry_by_id(database, entry)
    if found is None:
        raise NotFoundError
    return answer_json(entry_body(found))


def _subject_body(found: Subject) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.name.kind.word,
        "code": found.name.code,
        "name": {"vi": found.name.name_vi, "en": found.name.name_en},
        "is_alias": found.name.is_alias,
        "totals": [_total_body(one) for one in found.totals],
    }


def _total_body(total: Total) -> dict[str, Any]:
    period = total.period
    return {
        "period": period.name,
        "kind": period.kind.value,
        "points": total.points,
        "categories": total.categories,
    }


ledger_handlers = [read_subject, read_entries, read_entry]
