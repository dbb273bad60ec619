"""What the tests of the page share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx2
from playwright.async_api import Page

from tests.api_client import V1
from tests.signing_in import MARK

NewPage = Callable[..., Awaitable[Page]]
"""Opens a page of its own context; see conftest.py."""


async def sign_in_as(page: Page, http: httpx2.AsyncClient, person: str) -> None:
    """Sign the browser of a page in as another person, with a link."""
    link = await http.post(f"{V1}/auth/people/{person}/links")
    assert link.status_code == 201, link.text
    await page.context.clear_cookies()
    # Not in the page: a link that is opened without a session writes a 401 to the console.
    answer = await page.context.request.post(f"{V1}/auth/sign-in", data={"code": link.json()["code"]}, headers=MARK)
    assert answer.ok, await answer.text()
    await page.goto("/")
