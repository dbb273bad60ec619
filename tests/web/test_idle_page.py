"""A page that was left open: its person is signed out, and finds the draft again."""

from __future__ import annotations

import re
from typing import Any

import httpx2
from playwright.async_api import Page, Request, expect

from store.transaction import Store
from tests.api_client import V1
from tests.signing_in import add_person
from tests.waiting import eventually
from tests.web.browsing import NewPage
from tests.web.scene import Director

PASSWORD = "correct horse battery staple"
IDLE = "UPDATE session SET last_seen_at = clock_timestamp() - interval '{}' WHERE principal_id = '{}'"


async def sign_in(page: Page) -> None:
    form = page.get_by_role("region", name="Sign in")
    await form.get_by_label("Name").fill("lea")
    await form.get_by_label("Password").fill(PASSWORD)
    await form.get_by_role("button", name="Sign in", exact=True).click()


async def test_a_person_who_left_is_signed_out_and_finds_the_draft_again(
    new_page: NewPage, http: httpx2.AsyncClient, store: Store, worker: None
) -> None:
    person = await add_person(str(http.base_url), "Lea", "approver")
    account = {"login": "lea", "password": PASSWORD}
    assert (await http.put(f"{V1}/auth/people/{person}/account", json=account)).status_code == 200
    director = Director(http)
    request = await director.request(await director.start("Left open"), "discovery")
    page = await new_page(expected_errors=("401",))
    await page.clock.install()
    await page.context.clear_cookies()
    await page.goto(f"/inbox?request={request['request_id']}")
    await sign_in(page)
    card = page.get_by_role("article", name="Selected request")
    await card.get_by_role("group", name="Responses").get_by_role("button", name="Request changes", exact=True).click()
    comment = card.get_by_role("form", name="Request changes").get_by_label("What should change?")
    await comment.fill("Not without the costs.")

    await page.clock.fast_forward("02:00")
    seen: list[Request] = []
    page.on("request", lambda request: seen.append(request))
    await execute(store, IDLE.format("7 hours", person))
    await director.start("Another")  # the page reads its lists again, by itself

    async def has_read() -> bool:
        marks = {one.headers.get("x-botarmy-request") for one in seen if "/api/v1/" in one.url}
        assert "1" not in marks
        return "background" in marks

    await eventually(has_read)
    await execute(store, IDLE.format("7 hours 59 minutes 58 seconds", person))
    await expect(page).to_have_url(re.compile("/sign-in"))
    await sign_in(page)
    await expect(comment).to_have_value("Not without the costs.")


async def execute(store: Store, statement: str) -> Any:
    async with store.writing() as connection:
        await connection.exec_driver_sql(statement)
