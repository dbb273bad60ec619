"""axe finds nothing to object to in what others than administrators see, nor on the card that permits a tool's call."""

from __future__ import annotations

import httpx2
import pytest
from playwright.async_api import expect

from models.contracts.enums import HitlReason
from models.contracts.tool_permission import ToolCall
from models.tables import HITL_REQUEST
from store.transaction import Store
from tests.signing_in import add_person
from tests.web.accessibility import WIDE, expect_accessible
from tests.web.browsing import NewPage, sign_in_as
from tests.web.scene import Director

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


async def test_the_views_of_an_operator(new_page: NewPage, http: httpx2.AsyncClient, api_url: str) -> None:
    director = Director(http)
    project = await director.start("Seen by an operator")
    request = await director.request(project, "discovery")
    person = await add_person(api_url, "Ola", "operator")
    page = await new_page(viewport=WIDE, bypass_csp=True, reduced_motion="reduce")
    await sign_in_as(page, http, person)

    await page.goto("/account")
    sessions = page.get_by_role("region", name="My sessions")
    await expect(sessions.get_by_text("Chrome on Linux (this one)")).to_be_visible()
    tokens = page.get_by_role("region", name="My tokens")
    name = tokens.get_by_label("What it is for")
    await name.fill("nightly")
    await tokens.get_by_role("button", name="Create a token").click()
    await expect(tokens.get_by_text("May do all that you may.")).to_be_visible()
    await expect(name).to_have_value("")
    assert not await name.evaluate("element => element.matches(':user-invalid')")
    await expect_accessible(page)

    await page.goto(f"/projects/{project}#tab=members")
    members = page.get_by_role("region", name="Members")
    await expect(members.get_by_text("Ola, you are operator in all projects.")).to_be_visible()
    await expect(members.get_by_text("reads, and decides reviews")).to_be_visible()
    await expect_accessible(page)

    await page.goto(f"/inbox?request={request['request_id']}")
    await expect(page.get_by_text("You cannot decide this")).to_be_visible()
    await expect_accessible(page)


async def test_the_signed_out_page_is_the_sign_in_and_nothing_else(new_page: NewPage) -> None:
    page = await new_page(viewport=WIDE, bypass_csp=True, reduced_motion="reduce")  # no request of it is refused
    await page.context.clear_cookies()
    await page.goto("/sign-in")
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    await expect(page.get_by_role("banner")).to_have_count(0)
    await expect(page.get_by_role("navigation")).to_have_count(0)
    assert await page.get_by_role("button").count() == 1
    await page.keyboard.press("?")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page).to_have_title("Sign in · BotArmy")
    await expect_accessible(page)


async def test_the_card_that_permits_a_call_of_a_tool(
    new_page: NewPage, http: httpx2.AsyncClient, store: Store
) -> None:
    director = Director(http)
    fails = "fail_step: {stage: discovery, times: 9, retryable: false}"
    request = await director.request(await director.start("Asks for a tool", rehearsal=fails), "discovery")
    call = ToolCall.of("issues/create", {"title": "R3 is unclear: 400 or 404?", "labels": ["brief", "question"]})
    asks = {"reason": HitlReason.TOOL_CALL, "tool_call": call.model_dump(mode="json")}
    async with store.writing() as connection:  # as a step of a crew with models and an MCP server leaves it
        row = HITL_REQUEST.c.id == request["request_id"]
        await connection.execute(HITL_REQUEST.update().where(row).values(**asks))
    page = await new_page(viewport=WIDE, bypass_csp=True, reduced_motion="reduce")
    await page.goto(f"/inbox?request={request['request_id']}")
    card = page.get_by_role("article", name="Selected request")
    await expect(card.get_by_role("region", name="Call of issues/create", exact=True)).to_be_visible()
    responses = card.get_by_role("group", name="Responses")
    for name in ("Permit the call", "Refuse the call", "End project"):
        await expect(responses.get_by_role("button", name=name)).to_be_visible()
    await expect_accessible(page)
