"""The first page: how the country or a province stands now; and the switches of language and look."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import get
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from litestar.response import Redirect
from litestar.types import ASGIApp

from thidua.boards.model import Stamp
from thidua.boards.reading import Reader, reader
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.kernel.period import PeriodKind, local_day, period_of
from thidua.organisation.directory import directory
from thidua.organisation.surroundings import children_of
from thidua.web.answer_cache import AnswerCache, ReadyAnswer
from thidua.web.board_pieces import around_shown
from thidua.web.board_places import places_on
from thidua.web.board_queries import Asked, asked
from thidua.web.board_views import board_view, with_places
from thidua.web.language import COOKIE, DEFAULT, AnyRequest, Language, known, language_of
from thidua.web.look import Look, changed, cookie_of, look_of
from thidua.web.packing import VARY, PackedAnswer
from thidua.web.pages import HTML, html, render
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
_pages: AnswerCache[tuple[str, Language, Look]] = AnswerCache()


@get("/", include_in_schema=False)
async def home(request: AnyRequest, q: Words = "", place: Words = "") -> ASGIApp:
    """How the boards of the country or of a province stand, ways on, and a search for a unit."""
    here, language, visitor = await reader(), language_of(request), visitor_of(request)
    provinces = await _provinces.listed(here, language)
    chosen = _chosen(provinces, place or request.cookies.get(_PLACE_COOKIE))
    tops = [await _top(here, slug, chosen) for slug in _BOARDS]
    context: dict[str, Any] = {
        "place": chosen,
        "provinces": provinces,
        "boards": boards_shown(language),
        "search": q,
    }
    if visitor is None and not request.scope["query_string"]:
        return await _public(here, tops, context, language, look_of(request))
    own = None if visitor is None else visitor.person
    answer = render(
        request,
        "home/page.html",
        tops=[await _top_shown(here, top, language) for top in tops],
        around=None if own is None else await around_shown(here, tops[0], own, own, language),
        units=await units_found(q, language) if q.strip() else [],
        **context,
    )
    if place:
        answer.set_cookie(
            Cookie(_PLACE_COOKIE, value=chosen, max_age=_A_YEAR_SECONDS, httponly=True, samesite="lax")
        )
    return answer.to_asgi_response(app=None, request=request)


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


async def _public(
    here: Reader, tops: list[Asked], context: dict[str, Any], language: Language, look: Look
) -> ReadyAnswer:
    """The page as everybody sees it who is not signed in, made once for each state of its boards."""
    stamps = [await here.stamp(top.query.key) for top in tops]
    stamp = Stamp(
        source=" ".join(one.source for one in stamps),
        version=b" ".join(one.version for one in stamps),
        as_of=max(one.as_of for one in stamps),
        names_version=stamps[0].names_version,
    )

    async def made() -> tuple[Stamp, ReadyAnswer]:
        shown = [await _top_shown(here, top, language) for top in tops]
        told = {**context, "tops": shown, "around": None, "units": []}
        body = html("home/page.html", language, "/", look=look, **told)
        headers = {"cache-control": "no-cache", "vary": VARY, "content-language": language}
        return stamp, PackedAnswer(body, media_type=HTML, headers=headers)

    return await _pages.get((tops[0].query.key.text, language, look), stamp, made)


async def _top(here: Reader, slug: str, scope: str) -> Asked:
    """The question for the head of one board of this quarter."""
    quarter = period_of(PeriodKind.QUARTER, local_day(now())).name
    words = f"period={quarter}&limit={_ROWS}" + ("" if scope == _COUNTRY else f"&scope={scope}")
    return await asked(here, slug, words.encode())


async def _top_shown(here: Reader, top: Asked, language: Language) -> dict[str, Any]:
    kept = {name: value for name, value in top.words.items() if name != "limit"}
    page = await here.page(top.query)
    board = with_places(
        board_view(top, page, language), await places_on(page), top.question.scope.id, language
    )
    return {**board, "words": urlencode(kept)}


home_handlers = [home, switch_language, switch_look]
