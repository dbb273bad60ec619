"""The page says who does the work: a rehearsal where it is one, else the models that are asked, and what they cost."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.api_client import wait_for_status
from tests.conftest import own_settings
from tests.provider.app import Provider
from tests.provider.running import configured
from tests.provider.scripts import of_brief
from tests.web.browsing import NewPage
from tests.web.scene import Director

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]

BRIEF = Path(__file__).parents[2] / "evals" / "briefs" / "shortlinks"
REHEARSAL = "Rehearsal: no model is asked"


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        own = {
            "pipelines_dir": Path(__file__).with_name("pipelines"),
            "model_prices": {"anthropic:claude-scripted": (3.0, 15.0)},
        }
        yield settings.model_copy(update=own)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(of_brief(BRIEF)) as provider:
        yield provider


@pytest_asyncio.fixture(scope="module")
async def mixed(http: httpx2.AsyncClient, worker: None, provider: Provider) -> str:
    """A delivered project whose stages asked three models."""
    director = Director(http)
    brief = (BRIEF / "brief.md").read_text()
    project_id = await director.start("Short links", brief, pipeline="mixed", oversight="low", model="openai:gpt-5")
    ended = await wait_for_status(http, project_id, "completed", "failed", "waiting")
    problems = [each["question"] for each in (await director.get(f"/projects/{project_id}/status"))["open_requests"]]
    assert (ended["status"], problems) == ("completed", [])
    return project_id


@pytest_asyncio.fixture(scope="module")
async def rehearsed(http: httpx2.AsyncClient, worker: None) -> str:
    director = Director(http)
    project_id = await director.start("Rehearsed", pipeline="mixed", oversight="low")
    await director.until(project_id, "completed")
    return project_id


async def stage_facts(page: Page, project_id: str, stage: str) -> str:
    await page.goto(f"/projects/{project_id}#stage={stage}")
    fact = page.get_by_role("region", name=stage).locator("dl > div").filter(has_text=re.compile("^Model"))
    return await fact.locator("dd").inner_text()


async def test_a_project_that_asks_models_names_them_and_is_no_rehearsal(page: Page, mixed: str) -> None:
    await page.goto(f"/projects/{mixed}")
    head = page.locator(".project-facts")
    await expect(head).to_contain_text("openai:gpt-5-mini, anthropic:claude-scripted, openai:gpt-5")
    await expect(head).to_contain_text(re.compile(r"Cost\s*\$\d+\.\d+, [\d,]+ tokens"))
    await expect(page.locator("rehearsal-mark")).to_be_empty()
    await expect(page.get_by_text("Rehearsal")).to_have_count(0)
    assert await stage_facts(page, mixed, "discovery") == "openai:gpt-5-mini, named by the step"
    assert await stage_facts(page, mixed, "plan") == "anthropic:claude-scripted, named by its role"
    assert await stage_facts(page, mixed, "design") == "openai:gpt-5"


async def test_a_project_that_rehearses_says_so_whatever_its_pipeline_names(page: Page, rehearsed: str) -> None:
    await page.goto(f"/projects/{rehearsed}")
    await expect(page.locator(".project-facts")).to_contain_text(REHEARSAL)
    await expect(page.locator(".project-facts")).not_to_contain_text("Cost")
    await page.get_by_role("button", name="Rehearsal").click()
    await expect(page.get_by_role("heading", name="This is a rehearsal")).to_be_visible()
    assert "The pipeline names anthropic:claude-scripted" in await stage_facts(page, rehearsed, "plan")
    await expect(page.get_by_role("region", name="plan").get_by_text("Conversation with the model")).to_be_hidden()


async def test_the_list_and_the_bar_tell_which_projects_rehearse(page: Page, mixed: str, rehearsed: str) -> None:
    await page.goto("/projects")
    await expect(page.get_by_role("row").filter(has_text="Short links")).to_contain_text("openai:gpt-5")
    await expect(page.get_by_role("row").filter(has_text="Rehearsed").get_by_title(REHEARSAL)).to_be_visible()
    await page.get_by_role("button", name="Rehearsal by default").click()
    await expect(page.get_by_role("heading", name="New projects are rehearsals")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="Short links").click()
    await expect(page.locator(".project-facts")).to_be_visible()
    await expect(page.locator("rehearsal-mark")).to_be_empty()
    await page.go_back()
    await expect(page.get_by_role("button", name="Rehearsal by default")).to_be_visible()


async def test_what_a_model_wrote_names_the_model_and_the_prompt(page: Page, mixed: str) -> None:
    await page.goto(f"/projects/{mixed}#stage=plan")
    stage = page.get_by_role("region", name="plan")
    written = re.compile(r"Written by anthropic:claude-scripted.*, with the prompt document@[0-9a-f]{12}")
    await expect(stage.get_by_text(written)).to_be_visible()
    await stage.get_by_text("Conversation with the model").click()
    await expect(stage.get_by_role("list", name="Turns").get_by_text("submit")).to_be_visible()
    await stage.get_by_text("Prompt and tools").click()
    await expect(stage.get_by_role("group", name="Its task")).to_contain_text("Stage: plan")
    await stage.get_by_role("list", name="What it wrote").get_by_role("link").first.click()
    facts = page.locator(".provenance")
    await expect(facts).to_contain_text(re.compile(r"Model\s*anthropic:claude-scripted"))
    await expect(facts).to_contain_text(re.compile(r"Prompt\s*document@[0-9a-f]{12}"))


async def test_a_person_chooses_the_crew_and_the_model(new_page: NewPage, http: httpx2.AsyncClient) -> None:
    page = await new_page(expected_errors=("422",))
    await page.goto("/?new")
    dialog = page.get_by_role("dialog", name="Start a project")
    await dialog.get_by_role("textbox", name="Name").fill("Chosen")
    await dialog.get_by_role("textbox", name="Brief").fill("# Chosen\n\n- shortlinks\n")
    await expect(dialog.get_by_text(REHEARSAL)).to_be_visible()
    await dialog.get_by_text("Who does the work").click()
    crews = dialog.get_by_role("group", name="Crew")
    await expect(crews.get_by_role("radio", name="Rehearsal")).to_be_checked()
    model = dialog.get_by_role("textbox", name="Model")
    await expect(model).to_be_hidden()
    await crews.get_by_role("radio", name="Models").check()
    await expect(dialog.get_by_role("textbox", name="Budget")).to_be_in_viewport(ratio=1)
    start = dialog.get_by_role("button", name="Start project")
    for typed, problem in (("", "Is needed"), ("gpt-5", "Write it as provider:model")):
        await model.fill(typed)
        await start.click()
        await expect(model).to_have_accessible_description(re.compile(problem))
        await expect(model).to_be_focused()
    await model.fill("openai:gpt-5")
    await page.reload()  # the draft keeps the choice
    await expect(dialog.get_by_text("openai:gpt-5", exact=True)).to_be_visible()
    await start.click()
    await expect(page.get_by_role("heading", name="Chosen", exact=True)).to_be_visible()
    project = (await http.get(f"/api/v1/projects/{page.url.rsplit('/', 1)[-1]}")).json()
    assert (project["crew"], project["model"]) == ("models", "openai:gpt-5")


async def test_the_system_view_lists_the_crews(page: Page) -> None:
    await page.goto("/system")
    crews = page.get_by_role("list", name="Crews").get_by_role("listitem")
    await expect(crews.filter(has_text="For new projects")).to_contain_text("Rehearsal")
    await expect(crews.filter(has_text="Models")).to_contain_text("Asks language models")
