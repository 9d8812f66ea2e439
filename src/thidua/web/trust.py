"""`/trust`: the five promises, what keeps each, how anybody checks it, and the signed roots to keep."""

from datetime import date
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from thidua.engine.published import published
from thidua.infra.database import connection
from thidua.infra.keys import known_ledger_key
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError
from thidua.ledger.queries import rulebooks
from thidua.ledger.seal import SignedRoot
from thidua.ledger.sealed import latest_roots, root_of_day, sealed_so_far
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.measured import figures
from thidua.web.pages import render

_ROOTS_SHOWN = 30
_ROOTS_MAX = 5_000
_LINES = "application/x-ndjson"


@get("/trust", include_in_schema=False)
async def trust_page(request: AnyRequest) -> Response[bytes]:
    """Why nobody has to be believed."""
    language = language_of(request)
    async with connection() as database:
        so_far = await sealed_so_far(database)
        roots = await latest_roots(database, rows_max=_ROOTS_SHOWN)
        books = await rulebooks(database)
    key = known_ledger_key(settings().data_dir)
    measured_on, _ = figures()
    return render(
        request,
        "trust/page.html",
        so_far=so_far,
        books=books,
        roots=[_root_shown(one) for one in roots],
        key_id=None if key is None else key.key_id,
        public_key=None if key is None else key.public.hex(),
        measured_on=measured_on,
        figures={number: _figures(number, language) for number in range(1, 6)},
    )


@get("/trust/roots.jsonl", include_in_schema=False)
async def every_root() -> Response[bytes]:
    """Every signed root, one JSON object a line, the latest first; `thidua verify --root` takes any line."""
    async with connection() as database:
        roots = await latest_roots(database, rows_max=_ROOTS_MAX)
    told = [line for one in roots if (line := _published(one)) is not None]
    return _file(b"".join(line + b"\n" for line in told), "thidua-roots.jsonl", _LINES)


@get("/trust/roots/{day:date}", include_in_schema=False)
async def one_root(day: FromPath[date]) -> Response[bytes]:
    """The signed root of a day, as `thidua verify --root` takes it."""
    async with connection() as database:
        root = await root_of_day(database, day)
    told = None if root is None else _published(root)
    if told is None:
        raise NotFoundError
    return _file(told + b"\n", f"thidua-root-{day.isoformat()}.json", "application/json")


@get("/trust/rulebooks/{version:int}", include_in_schema=False)
async def one_rulebook(version: FromPath[int]) -> Response[bytes]:
    """A published rulebook as it was published, word for word."""
    async with connection() as database:
        found = next((one for one in await rulebooks(database) if one.version == version), None)
    if found is None:
        raise NotFoundError
    return _file(found.toml.encode(), f"rulebook-{version}.toml", "application/toml")


def _published(root: SignedRoot) -> bytes | None:
    """The root as it is published; None where another instance's key signed it, which we cannot hand out."""
    key = known_ledger_key(settings().data_dir)
    if key is None or key.key_id != root.key_id:
        return None
    return msgspec.json.encode(published(root, key))


def _file(content: bytes, name: str, media_type: str) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-cache"}
    return Response(content, media_type=media_type, headers=headers)


def _root_shown(root: SignedRoot) -> dict[str, Any]:
    told = root.told
    return {"day": told.day, "block": told.block, "root": told.root.hex(), "key_id": root.key_id}


def _figures(promise: int, language: Language) -> list[dict[str, Any]]:
    _, measured = figures()
    return [
        {
            "figure": _number(one.figure, language),
            "words": one.vi if language == "vi" else one.en,
            "wanted": one.wanted_vi if language == "vi" else one.wanted_en,
            "is_met": one.is_met,
        }
        for one in measured
        if one.promise == promise
    ]


def _number(figure: str, language: Language) -> str:
    """A measured figure as its readers write numbers."""
    if figure.isdigit():
        grouped = f"{int(figure):,}"
        return grouped.replace(",", ".") if language == "vi" else grouped
    return figure.replace(".", ",") if language == "vi" else figure


trust_handlers = [trust_page, every_root, one_root, one_rulebook]
