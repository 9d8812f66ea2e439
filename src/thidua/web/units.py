"""Pages of units: a name, its totals, what lies within it, and the boards of it."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.params import PathParameter

from thidua.boards.definitions import boards
from thidua.infra.clock import now
from thidua.infra.database import Connection, connection, transaction
from thidua.kernel.errors import NotFoundError
from thidua.organisation.directory import directory
from thidua.organisation.surroundings import Place, children_of, path_of, teams_of, units_named
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.pages import render
from thidua.web.shown import totals_shown
from thidua.web.subjects import subject_of

Name = Annotated[str, PathParameter(max_length=64)]


@get("/units/{name:str}", include_in_schema=False)
async def unit_page(request: AnyRequest, name: Name) -> Response[bytes]:
    """One unit, named by its code or its id."""
    language = language_of(request)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        context = await _context(database, name, language)
    return render(request, "units/page.html", **context)


async def units_found(words: str, language: Language) -> list[dict[str, Any]]:
    """The units that a search finds."""
    async with connection() as database:
        return [place_shown(one, language) for one in await units_named(database, words)]


def place_shown(place: Place, language: Language) -> dict[str, Any]:
    """A unit as a list shows it."""
    vi = language == "vi"
    within = place.within_vi if vi else place.within_en
    return {
        "code": place.code,
        "name": place.name if vi else place.name_en,
        "within": within or "",
        "kind": place.kind,
        "area_group": place.area_group,
        "flags": place.flags,
    }


def boards_shown(language: Language) -> list[dict[str, str]]:
    """The standing boards by name."""
    return [
        {"slug": one.slug, "name": one.name_vi if language == "vi" else one.name_en}
        for one in boards().values()
    ]


async def _context(database: Connection, name: str, language: Language) -> dict[str, Any]:
    await directory().refresh(database)
    unit = (await directory().resolve_units(database, [name])).get(name)
    if unit is None:
        raise NotFoundError
    path = [place_shown(one, language) for one in await path_of(database, unit)]
    found = await subject_of(database, unit, at=now())
    return {
        "unit": path[-1],
        "within": path[:-1],
        "totals": totals_shown(found.totals, language),
        "children": [place_shown(one, language) for one in await children_of(database, unit)],
        "teams": [{"id": str(one), "name": shown} for one, shown in await teams_of(database, unit)],
        "boards": boards_shown(language),
    }


unit_handlers = [unit_page]
