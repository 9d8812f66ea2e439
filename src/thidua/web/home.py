"""The first page: how the country or a province stands now; and the switches of language and look."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from litestar.response import Redirect

from thidua.boards.reading import Reader, reader
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.kernel.period import PeriodKind, local_day, period_of
from thidua.organisation.directory import directory
from thidua.organisation.surroundings import children_of
from thidua.web.board_pieces import around_shown
from thidua.web.board_queries import asked
from thidua.web.board_views import board_view
from thidua.web.language import COOKIE, DEFAULT, AnyRequest, Language, known, language_of
from thidua.web.look import changed, cookie_of, look_of
from thidua.web.pages import render
from thidua.web.units import boards_shown, place_shown, units_found
from thidua.web.visitors import visitor_of

_A_YEAR_SECONDS = 31_536_000
_COUNTRY = "VN"
_PLACE_COOKIE = "thidua_place"
_BOARDS = ("people-total", "teams-total", "units-total")
_ROWS = 5
Words = Annotated[str, QueryParameter(max_length=100)]
Address = Annotated[str, QueryParameter(max_length=4000)]


class _Provinces:
    """The provinces by code, read again only when the organisation has changed."""

    version = b""
    places: tuple[Any, ...] = ()

    async def listed(self, here: Reader, language: Language) -> list[dict[str, Any]]:
        version = await here.version()
        if version != self.version:
            async with connection() as database:
                await directory().refresh(database)
                country = (await directory().resolve_units(database, [_COUNTRY])).get(_COUNTRY)
                found = [] if country is None else await children_of(database, country)
            self.version, self.places = version, tuple(one for one in found if one.kind == "province")
        return [place_shown(place, language) for place in self.places]


_provinces = _Provinces()


@get("/", include_in_schema=False)
async def home(request: AnyRequest, q: Words = "", place: Words = "") -> Response[bytes]:
    """How the boards of the country or of a province stand, ways on, and a search for a unit."""
    here, language = await reader(), language_of(request)
    provinces = await _provinces.listed(here, language)
    chosen = _chosen(provinces, place or request.cookies.get(_PLACE_COOKIE))
    tops = [await _top(here, slug, chosen, language) for slug in _BOARDS]
    visitor = visitor_of(request)
    own = None if visitor is None else visitor.person
    around = None if own is None else await around_shown(here, tops[0]["asked"], own, own, language)
    answer = render(
        request,
        "home/page.html",
        tops=tops,
        around=around,
        place=chosen,
        provinces=provinces,
        boards=boards_shown(language),
        search=q,
        units=await units_found(q, language) if q.strip() else [],
    )
    if place:
        answer.set_cookie(
            Cookie(_PLACE_COOKIE, value=chosen, max_age=_A_YEAR_SECONDS, httponly=True, samesite="lax")
        )
    return answer


@get("/language", include_in_schema=False)
async def switch_language(to: Words = DEFAULT, back: Address = "/") -> Redirect:
    """Keep the reader's choice in a cookie and lead back to the page they came from."""
    cookie = Cookie(
        COOKIE, value=known(to) or DEFAULT, max_age=_A_YEAR_SECONDS, httponly=True, samesite="lax"
    )
    return Redirect(own_path(back), status_code=303, cookies=[cookie], headers={"cache-control": "no-store"})


@get("/look", include_in_schema=False)
async def switch_look(
    request: AnyRequest, theme: Words = "", text: Words = "", back: Address = "/"
) -> Redirect:
    """Keep how the reader wants pages to look, and lead back to the page they came from."""
    cookie = cookie_of(changed(look_of(request), theme=theme, text=text))
    return Redirect(own_path(back), status_code=303, cookies=[cookie], headers={"cache-control": "no-store"})


def own_path(back: str) -> str:
    """The address if it stays on our site, else the first page."""
    stays = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    return back if stays else "/"


def _chosen(provinces: list[dict[str, Any]], code: str | None) -> str:
    return next((one["code"] for one in provinces if one["code"] == code), _COUNTRY)


async def _top(here: Reader, slug: str, scope: str, language: Language) -> dict[str, Any]:
    """The head of one board of this quarter."""
    quarter = period_of(PeriodKind.QUARTER, local_day(now())).name
    words = f"period={quarter}&limit={_ROWS}" + ("" if scope == _COUNTRY else f"&scope={scope}")
    question = await asked(here, slug, words.encode())
    shown = board_view(question, await here.page(question.query), language)
    return {**shown, "asked": question, "words": words.replace(f"&limit={_ROWS}", "")}


home_handlers = [home, switch_language, switch_look]
