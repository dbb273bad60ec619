"""The page offers what the reader may do, in every view and for each role, and counts what they may decide."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from config.settings import Settings
from tests.api_client import V1, start, wait_for_request, wait_for_status
from tests.signing_in import add_person
from tests.waiting import eventually
from tests.web.browsing import NewPage, sign_in_as

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]

READS = {"Copy link", "Download what is there", "Print"}
RUNS = READS | {"Pause", "Add context", "Give a task", "Rename", "Keep", "Cancel project"}
ENDED = READS | {"Rename", "Archive", "Keep"}


@dataclass(frozen=True)
class Offer:
    """What somebody is offered on a project that waits for a decision, on one that was cancelled, and elsewhere."""

    menu: set[str]
    ended: set[str]
    decides: bool = False
    retries: bool = False
    starts: bool = False


OFFERS = {
    "viewer": Offer(READS, READS),
    "operator": Offer(RUNS | {"Duplicate"}, ENDED | {"Duplicate"}, retries=True, starts=True),
    "approver": Offer(READS, READS, decides=True),
    "admin": Offer(RUNS | {"Duplicate"}, ENDED | {"Duplicate", "Remove for good"}, retries=True, starts=True),
    "member": Offer(RUNS, ENDED, retries=True),
}
"""By the role in all projects; `member` runs these two only."""


@dataclass(frozen=True)
class Projects:
    waiting: str
    cancelled: str


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"temporal_ui_url": None})  # so that no menu offers it


@pytest_asyncio.fixture(scope="module")
async def projects(http: httpx2.AsyncClient, worker: None) -> Projects:
    waiting, cancelled = [await start(http, name=name, oversight="high") for name in ("Waits", "Ended")]
    await wait_for_request(http, waiting)
    await wait_for_request(http, cancelled)
    assert (await http.post(f"{V1}/projects/{cancelled}/cancel")).status_code == 202
    await wait_for_status(http, cancelled, "cancelled")
    return Projects(waiting, cancelled)


async def menu(page: Page) -> set[str]:
    await page.get_by_role("button", name="More actions").click()
    items = page.get_by_role("menu").get_by_role("menuitem")
    await expect(items.first).to_be_visible()
    found = {text.strip() for text in await items.all_inner_texts()}
    await page.keyboard.press("Escape")
    return found


@pytest.mark.parametrize("role", OFFERS)
async def test_nobody_is_offered_what_ends_in_a_refusal(
    role: str, new_page: NewPage, http: httpx2.AsyncClient, api_url: str, projects: Projects
) -> None:
    offer = OFFERS[role]
    person = await add_person(api_url, f"A {role}", *(() if role == "member" else (role,)))
    if role == "member":
        for project in (projects.waiting, projects.cancelled):
            given = await http.put(f"{V1}/projects/{project}/members/{person}", json={"roles": ["operator"]})
            assert given.status_code == 200, given.text
    page = await new_page(viewport={"width": 1280, "height": 800})  # fails if the API refuses anything
    await sign_in_as(page, http, person)
    runs = offer.retries
    stop, badge = page.locator("stop-button button"), page.locator("[data-pending]")

    needs = page.get_by_role("region", name="Needs you")
    await expect(
        needs.get_by_text("Waits") if offer.decides else needs.get_by_text("Nothing needs you.")
    ).to_be_visible()
    theirs = needs.get_by_role("link", name="1 review waits for other people")
    await (expect(theirs).to_be_hidden() if offer.decides else expect(theirs).to_be_visible())
    await expect(page.get_by_role("button", name="New project")).to_have_count(int(offer.starts))
    await expect(stop).to_be_visible(visible=offer.starts)
    await expect(badge).to_be_visible(visible=offer.decides)
    await expect(page).to_have_title(re.compile(r"^\(1\) " if offer.decides else "^Home"))
    await page.keyboard.press("n")
    await expect(page.get_by_role("dialog")).to_have_count(int(offer.starts))
    await page.goto("/projects")
    await expect(page.get_by_role("link", name="Ended")).to_be_visible()
    await expect(page.get_by_role("button", name="New project")).to_have_count(int(offer.starts))

    await page.goto(f"/projects/{projects.waiting}")
    main = page.get_by_role("group", name="Project", exact=True)
    await expect(main.get_by_role("link")).to_have_text("Decide" if offer.decides else "Read the request")
    await expect(stop).to_be_visible(visible=runs)
    call = page.get_by_role("region", name="Waiting for you" if offer.decides else "Waiting for a decision")
    await expect(call.get_by_role("button", name="Extend")).to_have_count(int(offer.decides))
    assert await menu(page) == offer.menu
    await page.goto(f"/projects/{projects.cancelled}")
    await expect(page.get_by_text("Cancelled").first).to_be_visible()
    await expect(main.get_by_role("button", name="Retry")).to_have_count(int(offer.retries))
    assert await menu(page) == offer.ended

    await page.goto("/inbox")
    card = page.get_by_role("article", name="Selected request")
    await expect(card.get_by_role("heading", name="Review:")).to_be_visible()
    await expect(card.get_by_role("group", name="Responses")).to_be_visible(visible=offer.decides)
    await expect(card.get_by_role("button", name="Comment", exact=True)).to_have_count(int(offer.decides))
    await expect(card.get_by_text("You cannot decide this")).to_be_visible(visible=not offer.decides)
    await expect(card.get_by_role("button", name="Extend")).to_be_visible(visible=offer.decides)
    count = page.get_by_role("region", name="Requests").get_by_text("1 request" if offer.decides else "1 for others")
    await expect(count).to_be_visible()


async def test_a_role_that_was_taken_away_is_noticed(
    new_page: NewPage, http: httpx2.AsyncClient, api_url: str, projects: Projects
) -> None:
    person = await add_person(api_url, "A former operator", "operator")
    page = await new_page(expected_errors=("403",))
    await sign_in_as(page, http, person)
    await page.goto(f"/projects/{projects.waiting}")
    await expect(page.get_by_role("link", name="Read the request")).to_be_visible()
    assert (await http.patch(f"{V1}/auth/people/{person}", json={"roles": ["viewer"]})).status_code == 200

    async def is_refused() -> bool:
        return "run" not in (await (await page.context.request.get(f"{V1}/auth/me")).json())["permissions"]

    await eventually(is_refused)  # the API remembers a session for a moment
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Pause").click()
    await expect(page.locator("stop-button button")).to_be_hidden()
    assert await menu(page) == READS


async def test_a_project_that_is_kept_says_so_and_cannot_be_removed(new_page: NewPage, projects: Projects) -> None:
    # The log may tell the page of the removal before the page has left the project.
    page = await new_page(expected_errors=("404",), viewport={"width": 1280, "height": 800})
    await page.goto(f"/projects/{projects.cancelled}")
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Keep").click()
    facts = page.locator(".project-facts")
    await expect(facts.get_by_text("Kept", exact=True)).to_be_visible()
    await expect(facts).to_contain_text("by human")
    await page.get_by_role("button", name="More actions").click()
    remove = page.get_by_role("menuitem", name="Remove for good")
    await expect(remove).to_be_disabled()
    await expect(remove).to_contain_text("It is marked to be kept.")
    await page.goto("/projects")
    row = page.get_by_role("row").filter(has_text="Ended")
    await expect(row.get_by_text("Kept", exact=True)).to_be_visible()
    await page.goto(f"/projects/{projects.cancelled}")
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Do not keep").click()
    await page.get_by_text("Kept", exact=True).first.wait_for(state="detached")
    await page.get_by_role("button", name="More actions").click()
    await remove.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name=re.compile("Remove")).click()
    await expect(page).to_have_url(re.compile("/projects$"))
    await expect(page.get_by_text("“Ended” was removed for good.").first).to_be_visible()
    await page.get_by_role("button", name="See the audit log").click()
    newest = page.get_by_role("region", name="Audit log").get_by_role("row").nth(1)
    await expect(newest).to_contain_text("removed a project")


async def test_a_role_that_was_given_is_noticed(
    new_page: NewPage, http: httpx2.AsyncClient, api_url: str, projects: Projects
) -> None:
    person = await add_person(api_url, "Nora")
    page = await new_page()
    await sign_in_as(page, http, person)
    await expect(page.get_by_text("Those that you may see appear here.")).to_be_visible()
    given = await http.put(f"{V1}/projects/{projects.waiting}/members/{person}", json={"roles": ["approver"]})
    assert given.status_code == 200, given.text
    row = page.get_by_role("region", name="Needs you").get_by_text("Waits")
    await expect(row).to_be_visible()
    await row.click()
    responses = page.get_by_role("group", name="Responses")
    await expect(responses).to_be_visible()
    await http.put(f"{V1}/projects/{projects.waiting}/members/{person}", json={"roles": ["viewer"]})
    await expect(page.get_by_text("You cannot decide this")).to_be_visible()
    await expect(responses).to_be_hidden()
