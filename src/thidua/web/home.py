"""The first page, and the switches of language and look."""

from typing import Annotated

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from litestar.response import Redirect

from thidua.web.language import COOKIE, DEFAULT, AnyRequest, known, language_of
from thidua.web.look import changed, cookie_of, look_of
from thidua.web.pages import render
from thidua.web.units import boards_shown, units_found

_A_YEAR_SECONDS = 31_536_000
Words = Annotated[str, QueryParameter(max_length=100)]
Address = Annotated[str, QueryParameter(max_length=4000)]


@get("/", include_in_schema=False)
async def home(request: AnyRequest, q: Words = "") -> Response[bytes]:
    """What thidua is, its boards, and a search for a unit."""
    language = language_of(request)
    found = await units_found(q, language) if q.strip() else []
    return render(request, "home/page.html", boards=boards_shown(language), search=q, units=found)


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


home_handlers = [home, switch_language, switch_look]
