"""A request says in the page what its deadline does, and a person extends it."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.web.browsing import NewPage
from tests.web.scene import Director

pytestmark = pytest.mark.long


async def extend(page: Page, request_id: str) -> None:
    """Extend the deadline of a request in the inbox by three days."""
    await page.goto(f"/inbox?request={request_id}")
    await expect(page.get_by_text("24 h left").first).to_be_visible()
    await page.get_by_role("button", name="Extend").click()
    dialog = page.get_by_role("dialog", name="Extend the deadline")
    await dialog.get_by_label("Extend by").select_option(label="3 days")
    await dialog.get_by_role("button", name="Extend", exact=True).click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text("4 d left").first).to_be_visible()


async def test_a_person_extends_a_deadline_and_sees_what_it_does(
    http: httpx2.AsyncClient, worker: None, new_page: NewPage
) -> None:
    director = Director(http)
    project_id = await director.start("Guest book")
    request = await director.request(project_id, "discovery")
    page = await new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    await page.goto(f"/inbox?request={request['request_id']}")
    await expect(page.get_by_text("The project fails").first).to_contain_text("if nobody decides")
    await extend(page, request["request_id"])
    (extension,) = (await http.get(f"/api/v1/hitl/{request['request_id']}")).json()["extensions"]
    was, now = datetime.fromisoformat(extension["was"]), datetime.fromisoformat(extension["expires_at"])
    assert now - was == timedelta(days=3)
    await expect(page.get_by_text("Extended by human")).to_be_visible()
    await director.extend(extension | {"request_id": request["request_id"]}, "1h", extended_by="Maya")
    await expect(page.get_by_text("Extended by Maya")).to_be_visible()  # by somebody else, while it is shown
    (await http.post(f"/api/v1/projects/{project_id}/pause")).raise_for_status()
    row = page.get_by_role("list", name="Open requests").get_by_role("listitem").last
    await expect(row).to_contain_text("the deadline is on hold")
    await expect(row).not_to_contain_text("expires")


async def test_a_deadline_that_was_extended_is_new_after_the_project_was_cancelled_and_retried(
    http: httpx2.AsyncClient, worker: None, new_page: NewPage
) -> None:
    director = Director(http)
    project_id = await director.start("Extended, cancelled, retried")
    await director.approve(project_id, "discovery")
    first = await director.request(project_id, "plan")
    page = await new_page(viewport={"width": 1280, "height": 800})

    await extend(page, first["request_id"])
    await page.goto(f"/projects/{project_id}")
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Cancel project").click()
    await page.get_by_role("button", name="Cancel the project").click()
    await director.until(project_id, "cancelled")
    await page.goto(f"/inbox?request={first['request_id']}")
    await expect(page.get_by_text("It was cancelled, because its project")).to_be_visible()
    await expect(page.get_by_role("button", name="Extend")).to_have_count(0)

    await page.goto(f"/projects/{project_id}")
    await page.get_by_role("group", name="Project").get_by_role("button", name="Retry", exact=True).click()
    dialog = page.get_by_role("dialog", name="Retry the project")
    await expect(dialog.get_by_label("Begin with")).to_have_value("plan")
    await dialog.get_by_role("button", name="Retry", exact=True).click()
    await expect(dialog).to_be_hidden()
    second = await director.request(project_id, "plan", round=2)
    await extend(page, second["request_id"])
    for request, status in ((first, "cancelled"), (second, "pending")):
        found = await director.get(f"/hitl/{request['request_id']}")
        assert (found["status"], len(found["extensions"])) == (status, 1)
    await page.get_by_role("button", name="Approve", exact=True).first.click()
    await page.get_by_role("form", name="Approve", exact=True).get_by_role("button", name="Approve").click()
    await director.request(project_id, "design")


async def test_a_deadline_is_in_colour_when_little_is_left_and_cannot_be_extended_when_it_has_passed(
    http: httpx2.AsyncClient, worker: None, new_page: NewPage
) -> None:
    director = Director(http)
    request = await director.request(await director.start("Guest book"), "discovery")
    deadline = datetime.fromisoformat(request["expires_at"])
    page = await new_page(viewport={"width": 1280, "height": 800})
    line = page.locator(".card-head > .deadline")
    colour = "element => getComputedStyle(element).color"
    colours = []
    for left in (timedelta(hours=23), timedelta(minutes=5), timedelta(minutes=-1)):
        await page.clock.set_fixed_time(deadline - left)
        await page.goto(f"/inbox?request={request['request_id']}")
        await expect(line.locator("time-left")).to_be_visible()
        colours.append(await line.evaluate(colour))
        await expect(line.get_by_role("button", name="Extend")).to_be_visible(visible=left > timedelta(0))
    assert len(set(colours)) == 3


async def test_context_is_given_in_the_page(http: httpx2.AsyncClient, worker: None, new_page: NewPage) -> None:
    director = Director(http)
    project_id = await director.start("Guest book")
    await director.request(project_id, "discovery")
    rules = {"type": "user_input", "name": "house rules", "content": "# House rules\n\n- No cookies.\n"}
    added = (await http.post(f"/api/v1/projects/{project_id}/artifacts", json=rules)).json()
    page = await new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    await page.goto(f"/projects/{project_id}#artifact={added['artifact_id']}")
    await page.get_by_role("button", name="Give to the crew").click()
    dialog = page.get_by_role("dialog", name="Give it to the crew")
    await dialog.get_by_role("button", name="Give it", exact=True).click()
    await expect(dialog).to_be_hidden()
    (given,) = (await http.get(f"/api/v1/projects/{project_id}/context")).json()["items"]
    assert given["artifact"]["artifact_id"] == added["artifact_id"]
    await page.get_by_role("button", name="Withdraw from the crew").click()
    await expect(page.get_by_role("button", name="Withdraw from the crew")).to_have_count(0)
    (given,) = (await http.get(f"/api/v1/projects/{project_id}/context")).json()["items"]
    assert given["withdrawn_at"] is not None
    await page.get_by_role("tab", name="Activity").click()
    await expect(page.locator("event-feed").get_by_text("gave the crew").first).to_be_visible()
    await expect(page.locator("event-feed").get_by_text("from the crew").first).to_be_visible()
