"""Budgets over HTTP: set, inherited, changed; and a model without a price."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text

from config.settings import Settings
from store import estimates
from store.transaction import Store
from tests.api_client import BRIEF, UNKNOWN_ID, V1, assert_problem, get, start
from tests.pipeline_files import with_pipelines
from tests.signing_in import add_person, browser_of

PIPELINES = {
    "frugal": "description: x\nbudget: 2usd,1h\nroles:\n  - {name: coder, writes: files, budget: 1usd}\n",
    "priced": "description: x\nroles:\n  - {name: coder, writes: files, model: 'openai:no-such-model'}\n",
}
STAGES = "stages:\n  - {name: build, agent: coder, produces: [source_code]}\n"
NO_LIMIT = {"usd": None, "tokens": None, "seconds": None}


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    pipelines = {name: stages + STAGES for name, stages in PIPELINES.items()}
    prices = {"openai:mine": (0.0, 0.0)}
    return with_pipelines(settings, tmp_path_factory, pipelines, project_budget="7usd", model_prices=prices)


async def limits(http: httpx2.AsyncClient, project: str) -> Any:
    return (await get(http, f"/projects/{project}/budget"))["project"]["limits"]


async def test_the_budget_is_the_projects_else_the_pipelines_else_the_settings(http: httpx2.AsyncClient) -> None:
    own = await start(http, pipeline="frugal", budget="3usd,500ktok")
    inherited, default = await start(http, pipeline="frugal"), await start(http, pipeline="quick-start")
    assert await limits(http, own) == {"usd": 3, "tokens": 500_000, "seconds": None}
    assert await limits(http, inherited) == {"usd": 2, "tokens": None, "seconds": 3600}
    assert await limits(http, default) == {"usd": 7, "tokens": None, "seconds": None}
    found = await get(http, f"/projects/{own}/budget")
    assert [(each["role"], each["limits"]["usd"]) for each in found["roles"]] == [("coder", 1)]
    assert (found["day"]["limits"]["usd"], found["day"]["kind"]) == (5, "day")


async def test_a_budget_is_raised_lowered_and_removed(http: httpx2.AsyncClient) -> None:
    project = await start(http, budget="3usd")
    path = f"{V1}/projects/{project}/budget"
    for body, expected in (
        ("5usd", NO_LIMIT | {"usd": 5}),
        ({"usd": 0.5, "tokens": 10}, NO_LIMIT | {"usd": 0.5, "tokens": 10}),
        (None, NO_LIMIT),
    ):
        answer = await http.put(path, json={"budget": body})
        assert answer.status_code == 200, answer.text
        assert answer.json()["project"]["limits"] == expected
        assert await limits(http, project) == expected
    refused: list[Any] = [{}, {"budget": "much"}, {"budget": {}}, {"budget": -1}, {"budget": "1usd", "colour": "red"}]
    for wrong in refused:
        assert_problem(await http.put(path, json=wrong), 422)
    misspelt: Any = {"usd": 2, "token": 5}
    assert_problem(await http.put(path, json={"budget": misspelt}), 422, "'token' is not a unit")
    wanted = {"name": "x", "description": BRIEF, "budget": misspelt}
    assert_problem(await http.post(f"{V1}/projects/", json=wanted), 422, "'token' is not a unit")
    assert_problem(await http.put(f"{V1}/projects/{UNKNOWN_ID}/budget", json={"budget": "1usd"}), 404)
    assert_problem(await http.get(f"{V1}/projects/{UNKNOWN_ID}/usage"), 404)


async def test_the_list_has_the_day_and_every_open_project_page_by_page(http: httpx2.AsyncClient) -> None:
    started = [await start(http, budget=f"{number}usd") for number in (1, 2, 3)]
    found, cursor = list[Any](), None
    while True:
        page = await get(http, "/budgets", limit=2, **({"cursor": cursor} if cursor else {}))
        assert page["day"]["kind"] == "day"
        found += page["items"]
        if not (cursor := page["next_cursor"]):
            break
    ids = [each["project_id"] for each in found]
    assert ids[:3] == started[::-1]
    assert len(set(ids)) == len(ids)
    assert [each["limits"]["usd"] for each in found[:3]] == [3, 2, 1]


async def test_a_project_that_asked_no_model_has_used_nothing(http: httpx2.AsyncClient) -> None:
    project = await start(http, budget="3usd")
    usage = await get(http, f"/projects/{project}/usage")
    assert (usage["total"]["calls"], usage["total"]["cost_usd"], usage["rounds"]) == (0, 0, [])
    items = (await get(http, "/projects/", limit=2))["items"]
    assert [each["spent"] for each in items] == [{"usd": 0, "tokens": 0, "seconds": 0}] * len(items)
    assert items[0]["id"] == project


async def test_an_estimate_is_of_the_completed_projects_of_the_pipeline_that_asked_models(
    http: httpx2.AsyncClient, api_url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def spend(
        usd: float, seconds: float, status: str = "completed", pipeline: str = "frugal", model: str = "openai:dear"
    ) -> None:
        project = await start(http, pipeline=pipeline)
        async with store.writing() as connection:
            for statement in (
                "UPDATE project SET status = :status, model = :model WHERE id = CAST(:id AS uuid)",
                "UPDATE budget SET spent_usd = :usd, spent_tokens = 1, spent_seconds = :seconds "
                "WHERE scope = 'project:' || :id AND :seconds > 0",
            ):
                values = {"id": project, "status": status, "usd": usd, "seconds": seconds, "model": model}
                await connection.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})

    path = "/pipelines/frugal/estimate"
    for usd, seconds in ((1.0, 60.0), (4.0, 30.0), (0, 0)):  # the last rehearsed
        await spend(usd, seconds)
    await spend(9.0, 9.0, status="failed")
    await spend(9.0, 9.0, pipeline="quick-start")
    few = await get(http, path)
    assert few == {"pipeline": "frugal", "model": None, "projects": 2, "cost_usd": None, "working_seconds": None}
    await spend(2.0, 90.0)
    found = await get(http, path)
    assert found["projects"] == 3
    assert found["cost_usd"] == {"median": 2, "least": 1, "most": 4}
    assert found["working_seconds"] == {"median": 60, "least": 30, "most": 90}
    assert found["model"] is None

    for _ in range(2):
        await spend(0.5, 5.0, model="openai:cheap")
    found = await get(http, path, model="openai:cheap")  # which are too few
    assert (found["model"], found["projects"], found["cost_usd"]["median"]) == (None, 5, 1)
    await spend(0.5, 5.0, model="openai:cheap")
    found = await get(http, path, model="openai:cheap")
    assert (found["model"], found["projects"], found["cost_usd"]["median"]) == ("openai:cheap", 3, 0.5)
    found = await get(http, path, model="openai:dear")
    assert (found["model"], found["projects"], found["cost_usd"]["median"]) == ("openai:dear", 3, 2)

    for _ in range(3):
        await spend(0.0, 7.0, model="ollama:free")
    found = await get(http, path, model="ollama:free")  # which charges nothing
    assert (found["projects"], found["cost_usd"]["most"], found["working_seconds"]["median"]) == (3, 0, 7)
    monkeypatch.setattr(estimates, "NEWEST", 4)
    found = await get(http, path)
    assert (found["projects"], found["cost_usd"]) == (4, {"median": 0, "least": 0, "most": 0.5})
    async with browser_of(api_url, await add_person(api_url, "Nobody")) as nobody:
        assert (await get(nobody, path))["projects"] == 0
    own = (await get(http, "/projects/", limit=1))["items"][0]["id"]  # the last that has spent something
    member = await add_person(api_url, "Member")
    async with browser_of(api_url, member) as browser:
        await http.put(f"{V1}/projects/{own}/members/{member}", json={"roles": ["viewer"]})
        assert (await get(browser, path))["projects"] == 1
    assert_problem(await http.get(f"{V1}/pipelines/frugal/estimate?model=gpt"), 422, "model")
    assert_problem(await http.get(f"{V1}/pipelines/nothing/estimate"), 404)


async def test_a_model_without_a_price_starts_nothing(http: httpx2.AsyncClient) -> None:
    before = (await get(http, "/projects/", limit=200))["items"]
    body = {"name": "x", "description": BRIEF}
    for more in ({"model": "openai:no-such-model"}, {"model": "openai:mine", "pipeline": "priced"}):
        problem = assert_problem(await http.post(f"{V1}/projects/", json=body | more), 422, "openai:no-such-model")
        assert "Set BOTARMY_MODEL_PRICES to openai:no-such-model=INPUT/OUTPUT" in problem["detail"]
    assert (await get(http, "/projects/", limit=200))["items"] == before
    for model in ("openai:mine", "ollama:anything", "openai:gpt-4.1"):
        await start(http, model=model)
