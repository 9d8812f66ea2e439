"""The stylesheet and other files that never change under one address."""

from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

from thidua.web.pages import STATIC

_A_YEAR = CacheControlHeader(public=True, max_age=31_536_000, immutable=True)

static_handlers = [
    create_static_files_router(
        "/static", directories=[STATIC], include_in_schema=False, cache_control=_A_YEAR
    )
]
