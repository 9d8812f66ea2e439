"""What the browser keeps for times without a network: an empty form that knows nobody, and its files."""

import hashlib
import json
from functools import cache

from litestar import Response, get

from thidua.activities.catalogue import catalogue
from thidua.engine.rulebooks import shelf
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.web.activity_fields import form_of
from thidua.web.assets import SHEET, STATIC, asset
from thidua.web.language import AnyRequest, language_of
from thidua.web.look import look_of
from thidua.web.pages import HTML, html
from thidua.web.recording import FIRST_TYPE

_FILES = (
    SHEET,
    "icons.svg",
    "mark.svg",
    "js/record-offline.js",
    "fonts/be-vietnam-td-400.woff2",
    "fonts/be-vietnam-td-600.woff2",
    "fonts/be-vietnam-td-800.woff2",
)
# A module asks for another by its plain name, without the version that our own links carry.
_PLAIN = ("/static/js/record-keep.js",)
_FRESH = {"cache-control": "no-cache"}


@get("/activities/offline", include_in_schema=False)
async def offline_form(request: AnyRequest) -> Response[bytes]:
    """The form of a mentoring session for whoever has no network: the same for everybody."""
    language, at = language_of(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        kept = await shelf(database, at=at)
    form = form_of(catalogue().types[FIRST_TYPE], kept, language, at=at)
    fields = [{"asked": one, "value": "", "other": ""} for one in form.fields]
    body = html(
        "activities/offline.html",
        language,
        "/activities/new",
        look=look_of(request),
        form=form,
        fields=fields,
    )
    return Response(body, media_type=HTML, headers=_FRESH | {"content-language": language, "vary": "Cookie"})


@get("/activities/worker.js", include_in_schema=False)
async def service_worker() -> Response[str]:
    """The worker that answers for the form; its scope is the pages of activities alone."""
    return Response(_worker(), media_type="text/javascript; charset=utf-8", headers=_FRESH)


@cache
def _worker() -> str:
    files = json.dumps([*(asset(name) for name in _FILES), *_PLAIN])
    text = (STATIC / "js" / "record-worker.js").read_text(encoding="utf-8")
    keep = (STATIC / "js" / "record-keep.js").read_text(encoding="utf-8")
    version = hashlib.blake2b(f"{files}{text}{keep}".encode(), digest_size=6).hexdigest()
    return f'const VERSION = "thidua-{version}";\nconst KEPT = {files};\n{text}'


offline_handlers = [offline_form, service_worker]
