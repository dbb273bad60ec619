"""A project whose budget is exhausted asks a person, and continues the same task once it is raised."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from temporalio.client import Client

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.api_client import V1, assert_problem, decide, get, respond, start, wait_for_request, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import KEY, MODEL
from tests.crew.model.test_model_delivery import PIPELINES
from tests.provider import Provider, Script, configured
from tests.provider.scripts import coding
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

FILES = {
    "word.py": "def word():\n    return 'a word'\n",
    "tests/test_word.py": "import unittest\n\nfrom word import word\n\n\nclass Word(unittest.TestCase):\n"
    "    def test_r1_word(self):\n        self.assertEqual(word(), 'a word')\n",
}
TURNS = coding(FILES)
BUILDING = Script.model_validate({"conversations": {"build": [turn.model_dump() for turn in TURNS]}})
OUTPUT_TOKENS = 1_000
"""Of a call, at most. A million tokens cost 10 USD in and 1,000 out, so a call needs a little more than one dollar."""

THINKING_SECONDS = 1.0
"""How long a person lets a request wait, which never counts."""


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        own = {
            "pipelines_dir": PIPELINES,
            "model_prices": {MODEL: (10.0, 1000.0)},
            "model_output_tokens": OUTPUT_TOKENS,
            "daily_budget": "100usd",
        }
        yield settings.model_copy(update=own)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(BUILDING, key=KEY) as provider:
        yield provider


async def test_an_exhausted_budget_asks_and_a_raise_continues_the_same_task(
    http: httpx2.AsyncClient, provider: Provider
) -> None:
    project = await start(http, model=MODEL, pipeline="only-build", budget="1.15usd")
    request = await wait_for_request(http, project, "build")
    assert request["reason"] == "budget"
    assert (request["shortage"]["kind"], request["shortage"]["unit"]) == ("project", "usd")
    assert "of 1.15 USD; the coder needs about 1." in request["question"]
    assert "This is the budget of this project. Raise it, and the coder continues" in request["question"]
    asked = provider.calls.total
    assert asked > 0
    answer = await respond(http, request["request_id"], "reject", comment="no", raise_by="2usd")
    assert_problem(answer, 422, "raise_by needs approve")

    spent = (await get(http, f"/projects/{project}/budget"))["project"]["spent"]
    await asyncio.sleep(THINKING_SECONDS)
    assert (await get(http, f"/projects/{project}/budget"))["project"]["spent"] == spent  # also in working time

    answer = await respond(http, request["request_id"], "approve", raise_by="5usd", comment="It is worth it.")
    assert answer.status_code == 200, answer.text
    assert (await wait_for_status(http, project, "completed", "waiting"))["status"] == "completed"
    assert provider.calls.total == len(TURNS)  # no call was made twice
    (task,) = (await get(http, f"/projects/{project}/status"))["tasks"]
    assert (task["task_id"], task["round"]) == (request["task_id"], 1)

    found = await get(http, f"/projects/{project}/budget")
    used = await get(http, f"/projects/{project}/usage")
    assert found["project"]["limits"] == {"usd": pytest.approx(6.15), "tokens": None, "seconds": None}
    assert found["project"]["spent"]["usd"] == pytest.approx(used["total"]["cost_usd"])
    assert found["project"]["spent"]["seconds"] == pytest.approx(used["total"]["working_seconds"])
    assert found["project"]["reserved"] == {"usd": 0, "tokens": 0, "seconds": 0}
    assert [each["role"] for each in found["roles"]] == ["coder"]
    assert [(each["stage"], each["round"]) for each in used["rounds"]] == [("build", 1)]
    assert used["total"]["calls"] == len(TURNS)
    (item,) = (await get(http, "/projects/", limit=1))["items"]
    assert (item["id"], item["spent"]) == (project, found["project"]["spent"])
    assert item["spent"]["tokens"] == used["total"]["input_tokens"] + used["total"]["output_tokens"] > 0
    assert (await get(http, f"/projects/{project}"))["spent"] == item["spent"]
    decided = (await get(http, f"/hitl/{request['request_id']}"))["history"]
    assert [(each["outcome"], each["raise_by"]["usd"]) for each in decided] == [("applied", 5.0)]


async def test_a_project_that_is_restarted_from_its_records_has_the_raise_once(
    http: httpx2.AsyncClient, temporal: Client, provider: Provider
) -> None:
    before = provider.calls.total
    project = await start(http, model=MODEL, pipeline="only-build", budget="0.5usd")
    request = await wait_for_request(http, project, "build")
    await decide(http, request, "approve", raise_by="0.65usd", comment="A little.")

    async def asks_again() -> dict[str, Any] | None:
        items = (await get(http, f"/hitl/project/{project}/requests", status="pending"))["items"]
        return items[0] if items and items[0]["request_id"] != request["request_id"] else None

    second = await eventually(asks_again)
    assert (second["task_id"], second["shortage"]["limit"]) == (request["task_id"], pytest.approx(1.15))
    assert provider.calls.total > before
    await temporal.get_workflow_handle(f"project-{project}").terminate()
    assert (await http.post(f"{V1}/projects/{project}/restart")).status_code == 202
    assert (await get(http, f"/projects/{project}/budget"))["project"]["limits"]["usd"] == pytest.approx(1.15)
    await decide(http, second, "approve", raise_by="5usd")
    await wait_for_status(http, project, "completed")
    assert (await get(http, f"/projects/{project}/budget"))["project"]["limits"]["usd"] == pytest.approx(6.15)
    assert provider.calls.total - before == len(TURNS)  # no call was made twice
    (task,) = (await get(http, f"/projects/{project}/status"))["tasks"]
    assert (task["task_id"], task["round"]) == (request["task_id"], 1)


async def test_rejecting_it_stops(http: httpx2.AsyncClient) -> None:
    project = await start(http, model=MODEL, pipeline="only-build", budget="0.5usd")
    request = await wait_for_request(http, project, "build")
    assert request["question"].startswith("Spent 0.00 of 0.50 USD; the coder needs about ")
    await decide(http, request, "reject", comment="Too dear.")
    await wait_for_status(http, project, "rejected")


async def test_a_raise_by_hand_is_enough(http: httpx2.AsyncClient) -> None:
    project = await start(http, model=MODEL, pipeline="only-build", budget="10usd,4ktok")
    request = await wait_for_request(http, project, "build")
    assert request["question"].startswith("Spent ")
    assert request["shortage"]["unit"] == "tokens"
    answer = await respond(http, request["request_id"], "approve", raise_by="500usd")
    assert_problem(answer, 422, "raise_by: names no tokens, which are what is exhausted")
    answer = await http.put(f"{V1}/projects/{project}/budget", json={"budget": {"usd": 20, "tokens": 10**6}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["project"]["limits"] == {"usd": 20, "tokens": 10**6, "seconds": None}
    await decide(http, request, "approve")
    await wait_for_status(http, project, "completed")
    assert_problem(await http.put(f"{V1}/projects/{project}/budget", json={"budget": None}), 409, "completed")
