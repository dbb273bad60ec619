"""A step that failed is said in words, in red, wherever it is shown; and what each answer does is true."""

from __future__ import annotations

import re

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.web.scene import Director

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


async def test_a_failed_step_is_said_in_words_wherever_it_is_shown(page: Page, http: httpx2.AsyncClient) -> None:
    director = Director(http)
    project = await director.start(
        "Failing", oversight="low", rehearsal="fail_step: {stage: design, times: 9, retryable: false}"
    )
    request = await director.request(project, "design")
    manual = page.get_by_text("try again with advice, ")

    await page.goto("/projects")
    await expect(page.get_by_role("link", name="Architect failed on design")).to_be_visible()
    await expect(manual).to_have_count(0)
    await page.goto(f"/projects/{project}")
    call = page.get_by_role("region", name="Waiting for you").get_by_role("listitem")
    await expect(call).to_contain_text("Architect failed on design: Rehearsed failure")
    await expect(call).to_have_attribute("data-tone", "bad")
    await expect(manual).to_have_count(0)
    await page.goto(f"/projects/{project}#tab=activity")
    await expect(page.get_by_text("The step design failed, and needs a decision")).to_be_visible()
    await expect(manual).to_have_count(0)

    await page.goto(f"/inbox?request={request['request_id']}")
    await page.get_by_role("button", name="Try again with advice").click()
    await expect(page.get_by_text("Architect tries the step again with your words.", exact=True)).to_be_visible()

    await director.respond(project, "design", "reject", comment="It cannot be built.", responder="Maya")
    await director.until(project, "rejected")
    await page.goto(f"/projects/{project}#tab=activity")
    decided = page.locator(".decision")
    await expect(decided).to_have_count(1)
    await expect(decided).to_contain_text(re.compile("Maya ended the project at design · .* ago|just now"))
    await expect(decided).not_to_contain_text("design · design")
    retry = {"comment": "With SQLite.", "from_stage": "design"}
    (await http.post(f"/api/v1/projects/{project}/retry", json=retry)).raise_for_status()
    await expect(decided.first).to_contain_text("retried the project from design")
    await expect(decided.first).to_contain_text("With SQLite.")
