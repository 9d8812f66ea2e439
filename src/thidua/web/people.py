"""Pages of people and households: a shown name, totals, and entries that open to their reasons."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from thidua.accounts.model import Scope
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError
from thidua.kernel.subjects import SubjectKind
from thidua.web.entries import entry_shown
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.pages import render
from thidua.web.shown import totals_shown
from thidua.web.subjects import Subject, entries_page, shown_name, subject_of
from thidua.web.tokens import caller_behind

_ROWS = 20
_KINDS = frozenset({SubjectKind.PERSON, SubjectKind.HOUSEHOLD})
Cursor = Annotated[str | None, QueryParameter(max_length=1000)]


@get("/people/{subject:uuid}", include_in_schema=False)
async def person_page(request: AnyRequest, subject: FromPath[UUID], cursor: Cursor = None) -> Response[bytes]:
    """One person: what they have and, where it may be seen, why."""
    language, is_trusted = language_of(request), await may_read_entries(request)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        found = await subject_of(database, subject, at=now())
        if found.name.kind not in _KINDS:
            raise NotFoundError
        # Under an alias entries name nobody. Whoever shows a name has not thereby opened the whole book.
        may_open = is_trusted or (settings().public_entries and found.name.is_alias)
        context = await entries_context(database, subject, cursor, language) if may_open else {}
    return render(request, "people/page.html", may_open=may_open, **_shown(found, language), **context)


async def may_read_entries(request: AnyRequest) -> bool:
    """Whether the request carries a token that may read anybody's entries."""
    caller = await caller_behind(request)
    return caller is not None and caller.may(Scope.BOARDS_READ)


async def entries_context(
    database: Connection, subject: UUID, cursor: str | None, language: Language
) -> dict[str, Any]:
    """A page of the subject's entries, for a template."""
    page = await entries_page(database, subject, period="all", cursor=cursor, limit=_ROWS)
    shown = [entry_shown(one, language) for one in page.entries]
    return {"entries": shown, "next": page.next, "is_first": cursor is None}


def _shown(found: Subject, language: Language) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "name": shown_name(found.name, language),
        "is_alias": found.name.is_alias,
        "totals": totals_shown(found.totals, language),
    }


people_handlers = [person_page]
