"""Starts a local browser, for the benchmarks and the tests of the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser_path() -> str | None:
    """Return the path of the browser in BOTARMY_BROWSER, or of an installed one, or None."""
    names = (os.environ["BOTARMY_BROWSER"],) if "BOTARMY_BROWSER" in os.environ else NAMES
    return next(filter(None, map(shutil.which, names)), None)


@asynccontextmanager
async def launched(*arguments: str) -> AsyncIterator[Browser]:
    """Launch headless Chromium. Its sandbox does not work for root, and it opens only our pages here."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox", *arguments])
        try:
            yield browser
        finally:
            await browser.close()
