"""The big screen of a board: for a hall, five metres away; live, and turning its pages by itself."""

import io
from typing import Annotated
from urllib.parse import urlencode

import segno
from litestar import Response, get
from litestar.params import FromPath, QueryParameter
from markupsafe import Markup

from thidua.boards.reading import reader
from thidua.infra.clock import now
from thidua.infra.settings import settings
from thidua.kernel.period import VIETNAM
from thidua.web.board_queries import asked
from thidua.web.frames import kept_of, on_screen, places_of
from thidua.web.language import AnyRequest, language_of
from thidua.web.origins import is_encrypted
from thidua.web.pages import render
from thidua.web.screen_views import ROWS_A_PAGE, ROWS_MAX, screen_view

Number = Annotated[int, QueryParameter(ge=1, le=ROWS_MAX // ROWS_A_PAGE)]
# Modules of white around the code: what readers of codes ask for.
_QUIET_ZONE = 4


@get("/boards/{slug:str}/screen", include_in_schema=False)
async def screen_page(request: AnyRequest, slug: FromPath[str], page: Number = 1) -> Response[bytes]:
    """One board on a big screen, as anybody may see it; `page` turns by hand where there is no script."""
    here, language = await reader(), language_of(request)
    question = on_screen(await asked(here, slug, request.scope["query_string"]))
    shown = await here.page(question.query)
    board = screen_view(question, shown, await places_of(shown), language)
    at, address = now(), f"/boards/{slug}" + _query(kept_of(question))
    return render(
        request,
        "screens/page.html",
        board=board,
        number=min(page, max(len(board["pages"]), 1)),
        now=at,
        clock=f"{at.astimezone(VIETNAM):%H:%M}",
        stream=f"/boards/{slug}/stream" + _query({**kept_of(question), "view": "screen"}),
        turn=f"/boards/{slug}/screen" + _query({**kept_of(question), "page": str(_following(page, board))}),
        code=_code(_origin(request) + address),
        address=address,
    )


def _following(page: int, board: dict[str, list[object]]) -> int:
    return page + 1 if page < len(board["pages"]) else 1


def _query(words: dict[str, str]) -> str:
    return f"?{urlencode(words)}" if words else ""


def _origin(request: AnyRequest) -> str:
    """Where phones find us: as the setting says, else as this screen found us."""
    chosen = settings().public_url
    if chosen is not None:
        return chosen
    scheme = "https" if is_encrypted(request.scope, request.headers) else "http"
    return f"{scheme}://{request.headers.get('host', '')}"


def _code(address: str) -> Markup:
    """The address as a QR code, drawn with its quiet zone."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, border=_QUIET_ZONE, dark="#06214d", omitsize=True
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 -- drawn by segno: paths, and none of the text


screen_handlers = [screen_page]
