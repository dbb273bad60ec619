"""Starts a local browser, for the benchmarks and the tests of the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
from playwright.async_api import Browser, BrowserContext, async_playwright

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


async def sign_in(context: BrowserContext, url: str, headers: Mapping[str, str]) -> None:
    """Sign a browser in at an API; `headers` are those of the person."""
    async with httpx2.AsyncClient(base_url=f"{url}/api/v1/auth", trust_env=False, timeout=30) as http:
        link = (await http.post("/links", headers=dict(headers))).raise_for_status()
        answer = (await http.post("/sign-in", json={"code": link.json()["code"]})).raise_for_status()
    ((name, value),) = answer.cookies.items()
    await context.add_cookies([{"name": name, "value": value, "url": url, "httpOnly": True, "sameSite": "Lax"}])
