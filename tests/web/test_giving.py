"""A person uses the result of a task in the project: what the page offers can be done, and by whom it is offered."""

from __future__ import annotations

import re

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.api_client import V1, decide, wait_for_request
from tests.signing_in import add_person
from tests.web.browsing import NewPage, sign_in_as
from tests.web.scene import Director

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


async def _result(http: httpx2.AsyncClient) -> str:
    """A project whose plan is accepted and whose specification is under review, with the accepted result of a task."""
    director = Director(http)
    project = await director.start("Used results", oversight="high")
    await director.approve(project, "discovery")
    await director.request(project, "plan")
    task = {"agent_type": "analyst", "instructions": "List the risks.", "context_ids": []}
    (await http.post(f"{V1}/projects/{project}/tasks", json=task)).raise_for_status()
    await decide(http, await wait_for_request(http, project, "task"), "approve")
    return project


async def _choose(page: Page, project: str) -> None:
    await page.goto(f"/projects/{project}")
    await page.get_by_role("option", name=re.compile("^Result of a task")).click()
    await page.get_by_role("button", name="Use in the project").click()


async def test_a_result_is_used_in_each_way_that_is_offered(
    new_page: NewPage, http: httpx2.AsyncClient, api_url: str
) -> None:
    project = await _result(http)
    person = await add_person(api_url, "Otto", "operator")
    page = await new_page(viewport={"width": 1280, "height": 800})  # fails if the API refuses anything
    await sign_in_as(page, http, person)
    await _choose(page, project)
    dialog = page.get_by_role("dialog", name="Give it to the crew")
    await expect(dialog.get_by_text("Result of a task, version 1: steps that begin from now on")).to_be_visible()
    await expect(dialog.get_by_role("combobox")).to_have_count(0)  # the rest is for those who may decide
    await dialog.get_by_role("button", name="Give it").click()
    await expect(page.locator(".toast")).to_contain_text("These steps receive it: design, acceptance")

    director = Director(http)
    await director.give(project, "house rules", "# House rules\n\n- No cookies.\n")
    await page.goto(f"/projects/{project}#tab=brief")
    context = page.get_by_role("listitem").filter(has_text="house rules")
    await expect(context).to_contain_text("given to the crew by human")
    await expect(page.get_by_text("List the risks.")).to_be_visible()
    (_, given) = (await director.get(f"/projects/{project}/context"))["items"]
    withdrawal = await http.post(f"{V1}/projects/{project}/context/{given['context_id']}/withdraw", json={})
    withdrawal.raise_for_status()
    await expect(context).to_contain_text("withdrawn by human")

    await director.approve(project, "plan")
    await director.request(project, "design")
    page = await new_page(viewport={"width": 1280, "height": 800})
    await _choose(page, project)
    how = page.get_by_label("How the crew reads it")
    await expect(how.get_by_role("option")).to_have_text(
        ["In addition to what each step reads", "As the next version of: Software specification"]
    )
    await how.select_option("software_specification")
    await page.get_by_role("button", name="Give it").click()
    await expect(page.get_by_role("option", name=re.compile("^Software specification, version 2"))).to_be_visible()
    request = await director.request(project, "design")  # its step has read version 1
    await page.goto(f"/inbox?request={request['request_id']}")
    await expect(page.get_by_text("human replaced Software specification v1 by a new version.")).to_be_visible()
    await page.get_by_role("link", name="See what changed").click()
    await expect(page.locator("diff-view").get_by_role("table").first).to_be_visible()


async def test_a_refusal_is_said_in_the_dialog(new_page: NewPage, http: httpx2.AsyncClient) -> None:
    project = await _result(http)
    page = await new_page(expected_errors=("409",), viewport={"width": 1280, "height": 800})
    await _choose(page, project)
    await Director(http).cancel(project)
    await page.get_by_role("button", name="Give it").click()
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
