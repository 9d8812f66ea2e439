"""The stylesheet and other files that never change under one address."""

from litestar.static_files import create_static_files_router

from thidua.web.pages import STATIC

_A_YEAR = "public, max-age=31536000, immutable"

static_handlers = [
    create_static_files_router("/static", directories=[STATIC], include_in_schema=False, cache_control=None)
]
