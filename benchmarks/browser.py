"""A browser of this machine, for figures about the page; the tests of the page use it, too."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser_path() -> str | None:
    """Where the browser is: the one that BOTARMY_BROWSER names, else one that is installed, else None."""
    names = (os.environ["BOTARMY_BROWSER"],) if "BOTARMY_BROWSER" in os.environ else NAMES
    return next(filter(None, map(shutil.which, names)), None)


@asynccontextmanager
async def launched(*arguments: str) -> AsyncIterator[Browser]:
    """Chromium without a window. Its own sandbox needs a user that is not root; what it opens here is ours."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox", *arguments])
        try:
            yield browser
        finally:
            await browser.close()
