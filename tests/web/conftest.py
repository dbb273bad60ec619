"""A real browser, started once a session; each test has a context of its own, and fails on an error in the console."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from benchmarks.browser import browser_path, launched, sign_in
from tests.signing_in import AUTHORIZATION
from tests.web.browsing import NewPage
from tests.web.scene import Director

NO_BROWSER = "no browser was found: install Chromium, or let BOTARMY_BROWSER name one"
PATIENCE = 30_000  # ms that an element may take to appear

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if browser_path() is None:
        skip = pytest.mark.skip(reason=NO_BROWSER)
        for item in items:
            if "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if count := sum(NO_BROWSER in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(f"{count} tests of the page were skipped: {NO_BROWSER}.")


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture
async def new_page(browser: Browser, api_url: str) -> AsyncIterator[NewPage]:
    """Opens a page of its own context, signed in, with what `new_context` takes; `expected_errors` are parts of console
    errors that the test provokes."""
    async with AsyncExitStack() as stack:
        errors: list[str] = []

        async def open_page(expected_errors: tuple[str, ...] = (), **options: object) -> Page:
            given = {"base_url": api_url, "locale": "en-GB", "timezone_id": "Europe/Berlin"} | options
            context: BrowserContext = await browser.new_context(**given)  # type: ignore[arg-type]
            stack.push_async_callback(context.close)
            await sign_in(context, str(given["base_url"]), AUTHORIZATION)
            context.set_default_timeout(PATIENCE)

            def heard(message: ConsoleMessage) -> None:
                if message.type == "error" and not any(part in message.text for part in expected_errors):
                    errors.append(message.text)

            page = await context.new_page()
            page.on("console", heard)
            page.on("pageerror", lambda error: errors.append(str(error)))
            return page

        yield open_page
        assert not errors, errors


@pytest_asyncio.fixture
async def page(new_page: NewPage) -> Page:
    """One page, as most tests need it: wide, light."""
    return await new_page(viewport={"width": 1280, "height": 800})


@pytest.fixture
def director(http: httpx2.AsyncClient, worker: None) -> Director:
    """Starts projects and decides in them over HTTP, with a worker."""
    return Director(http)


@pytest_asyncio.fixture
async def parked(director: Director) -> str:
    """A project that waits at its first gate."""
    project_id = await director.start("Guest book")
    await director.request(project_id, "discovery")
    return project_id
