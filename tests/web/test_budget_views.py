"""Budgets in the page: a project is started with one, its head shows what is spent of it, and a person raises it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.api_client import V1, get, respond, start, wait_for_request, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import KEY, MODEL
from tests.crew.model.test_budget_gates import BUILDING, OUTPUT_TOKENS, TURNS
from tests.crew.model.test_model_delivery import PIPELINES
from tests.provider import Fault, Provider, configured
from tests.waiting import eventually
from tests.web.accessibility import expect_accessible
from tests.web.browsing import NewPage

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        own = {
            "pipelines_dir": PIPELINES,
            "model": MODEL,
            "model_prices": {MODEL: (10.0, 1000.0)},
            "model_output_tokens": OUTPUT_TOKENS,
            "daily_budget": "100usd",
        }
        yield settings.model_copy(update=own)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(BUILDING, key=KEY) as provider:
        yield provider


def fact(page: Page, name: str) -> Locator:
    """What the head of a project says."""
    return page.locator(".project-facts > div").filter(has_text=re.compile(f"^{name}")).locator("dd")


async def shown(page: Page) -> tuple[str, str]:
    """What the head says of the cost, and of what is spent of the budget."""
    cost = re.match(r"\$([\d.]+), ", await fact(page, "Cost").inner_text())
    budget = re.match(r"([\d.]+) of ", await fact(page, "Budget").inner_text())
    assert cost is not None
    assert budget is not None
    return cost[1], budget[1]


async def test_a_project_is_started_with_a_budget_and_a_person_raises_it(
    new_page: NewPage, http: httpx2.AsyncClient
) -> None:
    page = await new_page(expected_errors=("status of 422",), bypass_csp=True, reduced_motion="reduce")
    await page.goto("/?new")
    dialog = page.get_by_role("dialog", name="Start a project")
    await dialog.get_by_label("Name").fill("Word")
    await dialog.get_by_label("Brief", exact=True).fill("# Word\n\n- It says a word.\n")
    await dialog.get_by_role("radio", name=re.compile("^only-build")).check()
    await dialog.get_by_text("Who does the work").click()
    budget = dialog.get_by_label("Budget")
    for wrong in ("2eur", "0usd", "-1usd", "nan", "1e308usd"):
        await budget.fill(wrong)
        await dialog.get_by_role("button", name="Start project").click()
        await expect(budget).to_have_accessible_description(re.compile("Write amounts with their units"))
    await budget.fill("1.15 usd")
    await dialog.get_by_role("button", name="Start project").click()
    await expect(page).to_have_url(re.compile("/projects/"))
    project = page.url.rpartition("/")[2].partition("#")[0]

    request = await wait_for_request(http, project, "build")
    assert request["reason"] == "budget"
    await expect(fact(page, "Budget")).to_contain_text("of 1.15 USD")
    spent = (await get(http, f"/projects/{project}"))["spent"]
    assert 0 < spent["usd"] < 1.15
    # The step has not ended, and what it has spent is a cost of the project.
    await expect(fact(page, "Cost")).to_have_text(f"${spent['usd']:.2f}, {spent['tokens']:,} tokens")
    assert await shown(page) == (f"{spent['usd']:.2f}",) * 2

    await page.goto(f"/inbox?request={request['request_id']}")
    card = page.get_by_role("article", name="Selected request")
    await expect(card.get_by_role("heading", name=request["title"])).to_be_visible()
    await expect(card).to_contain_text(request["question"].split(" This is")[0])
    await card.get_by_role("group", name="Responses").get_by_role("button", name="Raise").click()
    await expect_accessible(page)
    raise_by = card.get_by_label("Raise by")
    await raise_by.fill("much")
    await card.get_by_role("button", name="Raise and continue").click()
    await expect(raise_by).to_have_accessible_description(re.compile("Write amounts with their units"))
    await raise_by.fill("500ktok")
    await card.get_by_role("button", name="Raise and continue").click()
    await expect(raise_by).to_have_accessible_description(re.compile("names no US dollars", re.IGNORECASE))
    await raise_by.fill("5usd")
    await card.get_by_role("button", name="Raise and continue").click()
    await wait_for_status(http, project, "completed")

    await page.goto(f"/projects/{project}")
    spent = (await get(http, f"/projects/{project}"))["spent"]
    await expect(fact(page, "Budget")).to_have_text(f"{spent['usd']:.2f} of 6.15 USD")
    assert await shown(page) == (f"{spent['usd']:.2f}",) * 2


async def test_the_head_follows_what_a_running_step_spends(
    page: Page, http: httpx2.AsyncClient, provider: Provider
) -> None:
    provider.calls.clear()
    provider.faults.arm(Fault(kind="hang", turn=len(TURNS)))
    project = await start(http, model=MODEL, pipeline="only-build", budget="0.5usd")
    request = await wait_for_request(http, project, "build")
    await page.goto(f"/projects/{project}")
    await expect(fact(page, "Budget")).to_have_text("0.00 of 0.50 USD")
    await expect(fact(page, "Cost")).to_have_count(0)
    await respond(http, request["request_id"], "approve", raise_by="89.5usd")

    async def last_call_runs() -> bool:
        return len(provider.calls) == len(TURNS)

    await eventually(last_call_runs)
    spent = (await get(http, f"/projects/{project}"))["spent"]
    assert spent["usd"] > 0
    await expect(fact(page, "Budget")).to_have_text(f"{spent['usd']:.2f} of 90.00 USD")
    await expect(fact(page, "Cost")).to_have_text(f"${spent['usd']:.2f}, {spent['tokens']:,} tokens")
    assert (await get(http, f"/projects/{project}"))["status"] == "active"

    (await http.post(f"{V1}/projects/{project}/cancel", json={"reason": "Enough."})).raise_for_status()
    await wait_for_status(http, project, "cancelled")

    async def the_call_is_booked() -> float | None:  # all that it may have cost
        usd: float = (await get(http, f"/projects/{project}"))["spent"]["usd"]
        return usd if usd > spent["usd"] else None

    booked = await eventually(the_call_is_booked)
    await page.reload()  # it was booked after the last event
    await expect(fact(page, "Budget")).to_have_text(f"{booked:.2f} of 90.00 USD")
