"""The browser in which pages are tried."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright


@asynccontextmanager
async def opened(chromium: Path) -> AsyncIterator[Browser]:
    """A browser, until the block ends."""
    path = shutil.which(chromium)
    assert path, "chromium is needed: make test finds one, or installs it from Debian"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()
