"""Pages of teams: the name, what its members earned with it, and what was paid to the team itself."""

from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.directory import directory
from thidua.organisation.surroundings import path_of
from thidua.web.language import AnyRequest, language_of
from thidua.web.pages import render
from thidua.web.people import Cursor, entries_context, may_read_entries
from thidua.web.shown import totals_shown
from thidua.web.subjects import shown_name, subject_of
from thidua.web.units import place_shown


@get("/teams/{subject:uuid}", include_in_schema=False)
async def team_page(request: AnyRequest, subject: FromPath[UUID], cursor: Cursor = None) -> Response[bytes]:
    """One team."""
    may_open = settings().public_entries or await may_read_entries(request)
    language = language_of(request)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        found = await subject_of(database, subject, at=now())
        if found.name.kind is not SubjectKind.TEAM:
            raise NotFoundError
        await directory().refresh(database)
        card = (await directory().load(database, [subject])).subject(subject)
        within = await path_of(database, card.homes[0].value) if card else []
        context = await entries_context(database, subject, cursor, language) if may_open else {}
    return render(
        request,
        "teams/page.html",
        name=shown_name(found.name, language),
        id=str(subject),
        within=[place_shown(one, language) for one in within],
        totals=totals_shown(found.totals, language),
        may_open=may_open,
        **context,
    )


team_handlers = [team_page]
