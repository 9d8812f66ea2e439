"""Pages of people and households: a shown name, totals, and entries that open to their reasons."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError
from thidua.kernel.subjects import SubjectKind
from thidua.web.entries import entry_shown
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.pages import render
from thidua.web.shown import totals_shown
from thidua.web.subjects import entries_page, shown_name, subject_of
from thidua.web.tokens import caller_behind

_ROWS = 20
_KINDS = frozenset({SubjectKind.PERSON, SubjectKind.HOUSEHOLD})
Cursor = Annotated[str | None, QueryParameter(max_length=1000)]


@get("/people/{subject:uuid}", include_in_schema=False)
async def person_page(request: AnyRequest, subject: FromPath[UUID], cursor: Cursor = None) -> Response[bytes]:
    """One person: what they have and, where it may be seen, why."""
    may_open = settings().public_entries or await caller_behind(request) is not None
    language = language_of(request)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        context = await _context(database, subject, language)
        if may_open:
            context |= await entries_context(database, subject, cursor, language)
    return render(request, "people/page.html", may_open=may_open, **context)


async def entries_context(
    database: Connection, subject: UUID, cursor: str | None, language: Language
) -> dict[str, Any]:
    """A page of the subject's entries, for a template."""
    page = await entries_page(database, subject, period="all", cursor=cursor, limit=_ROWS)
    shown = [entry_shown(one, language) for one in page.entries]
    return {"entries": shown, "next": page.next, "is_first": cursor is None}


async def _context(database: Connection, subject: UUID, language: Language) -> dict[str, Any]:
    found = await subject_of(database, subject, at=now())
    if found.name.kind not in _KINDS:
        raise NotFoundError
    return {
        "id": str(subject),
        "name": shown_name(found.name, language),
        "is_alias": found.name.is_alias,
        "is_household": found.name.kind is SubjectKind.HOUSEHOLD,
        "totals": totals_shown(found.totals, language),
        "entries": [],
        "next": None,
        "is_first": True,
    }


people_handlers = [person_page]
