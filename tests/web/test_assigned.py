"""The inbox of a person where gates are assigned: what is mine, and why I cannot decide the rest."""

from __future__ import annotations

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from config.settings import Settings
from tests.api_client import get, start, wait_for_request, wait_for_status
from tests.pipeline_files import with_pipelines
from tests.signing_in import ADMIN_NAME

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]

STAGES = "stages: [{{name: plan, agent: analyst, produces: [project_plan], gate: {gate}}}]\n"
GATES = {
    "Free": '{question: "Is it free?"}',
    "Mine": f'{{question: "Is it mine?", approvals: {{from: [{{user: {ADMIN_NAME}}}]}}}}',
    "Theirs": '{question: "Is it theirs?", approvals: {from: [{group: security}]}}',
}


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    pipelines = {name.lower(): STAGES.format(gate=gate) for name, gate in GATES.items()}
    return with_pipelines(settings, tmp_path_factory, pipelines)


async def test_the_inbox_shows_mine_and_offers_buttons_only_to_those_who_may_decide(
    page: Page, http: httpx2.AsyncClient
) -> None:
    projects, requests = {}, {}
    for name in GATES:
        projects[name] = await start(http, name=name, pipeline=name.lower())
        requests[name] = (await wait_for_request(http, projects[name]))["request_id"]
    rows = page.get_by_role("region", name="Requests")
    card = page.get_by_role("article", name="Selected request")
    buttons = card.get_by_role("group", name="Responses")

    await page.goto(f"/inbox?request={requests['Theirs']}")
    await expect(card.get_by_text("Only the group security may decide here.")).to_be_visible()
    await expect(card.get_by_text("group security", exact=True)).to_be_visible()
    await expect(buttons).to_be_hidden()
    await page.keyboard.press("a")
    await page.keyboard.press("r")
    await expect(card.get_by_role("textbox")).to_have_count(0)

    show = rows.get_by_label("Show requests")
    for assigned, shown in (("mine", {"Mine"}), ("unassigned", {"Free"}), ("all", set(GATES))):
        await show.select_option(assigned)
        for name in GATES:
            row = rows.get_by_role("link", name=GATES[name].split('"')[1])
            await (expect(row).to_be_visible() if name in shown else expect(row).to_be_hidden())
        query = "" if assigned == "all" else f"assigned={assigned}"
        assert query in page.url

    await page.goto(f"/inbox?request={requests['Mine']}")
    await expect(buttons).to_be_visible()
    await buttons.get_by_role("button", name="Approve", exact=True).click()
    await card.get_by_role("form", name="Approve", exact=True).get_by_role("button", name="Approve").click()
    await wait_for_status(http, projects["Mine"], "completed")
    assert (await get(http, f"/hitl/{requests['Theirs']}"))["status"] == "pending"
