"""A project with two models, the first of which is gone: the gate, the task and its transcript say so."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.api_client import V1, get, start, wait_for_request, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import GONE, KEY, MODEL
from tests.crew.model.test_model_delivery import PIPELINES
from tests.provider import Fault, Provider, configured
from tests.provider.greeter import GREETER
from tests.provider.scripts import software_delivery
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        prices = {MODEL: (1.0, 2.0), GONE: (1.0, 2.0)}
        yield settings.model_copy(update={"pipelines_dir": PIPELINES, "model_prices": prices})


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(software_delivery(GREETER), key=KEY) as provider:
        provider.faults.arm(Fault(kind="model_gone", model="gone"))
        yield provider


async def test_what_failed_and_why_is_shown_to_everyone(http: httpx2.AsyncClient) -> None:
    brief = "# Greeter\n\n## Requirements\n\n- It greets.\n"
    project = await start(http, description=brief, model=f"{GONE}, {MODEL}", pipeline="three-gates")
    request = await wait_for_request(http, project, "plan")
    said = f"{GONE} failed, and {MODEL} was asked instead: The provider has no model {GONE}."
    assert said in request["question"]

    status = await get(http, f"/projects/{project}/status")
    (task,) = [each for each in status["tasks"] if each["stage"] == "plan"]
    found = (await get(http, f"/tasks/{task['task_id']}"))["usage"]
    (fallback,) = found["fallbacks"]
    assert (fallback["failed"], fallback["asked_instead"]) == (GONE, MODEL)
    assert fallback["reason"].startswith(f"The provider has no model {GONE}.")
    assert found["model"] == "scripted"

    turns = (await get(http, f"/tasks/{task['task_id']}/transcript"))["turns"]
    assert [(turn["asked_for"], turn["asked_instead"]) for turn in turns] == [(GONE, MODEL), (MODEL, None)]
    assert turns[0]["discarded"] == fallback["reason"]
    assert turns[0]["cost_usd"] == 0


async def test_what_failed_is_shown_while_the_step_runs_and_once_it_has_failed(
    http: httpx2.AsyncClient, provider: Provider
) -> None:
    brief = "# Greeter\n\n## Requirements\n\n- It greets.\n"
    provider.faults.arm(Fault(kind="hang", model="scripted", times=1))
    project = await start(http, description=brief, model=f"{GONE}, {MODEL}", pipeline="three-gates")

    async def fallbacks() -> list[dict[str, str]] | None:
        tasks = (await get(http, f"/projects/{project}/status"))["tasks"]
        usages = [task["usage"] for task in tasks if task["status"] == "working" and task["usage"]]
        return usages[0]["fallbacks"] if usages else None

    (fallback,) = await eventually(fallbacks)
    assert (fallback["failed"], fallback["asked_instead"]) == (GONE, MODEL)
    assert fallback["reason"].startswith(f"The provider has no model {GONE}.")
    await http.post(f"{V1}/projects/{project}/cancel")
    await wait_for_status(http, project, "cancelled")
    (task,) = (await get(http, f"/projects/{project}/status"))["tasks"]
    assert task["usage"]["fallbacks"] == [fallback]


async def test_a_list_with_what_is_no_model_is_refused(http: httpx2.AsyncClient) -> None:
    body = {"name": "Greeter", "description": "# Greeter", "model": f"{MODEL},gpt-5"}
    answer = await http.post(f"{V1}/projects/", json=body)
    assert answer.status_code == 422, answer.text
    assert "model" in answer.text
