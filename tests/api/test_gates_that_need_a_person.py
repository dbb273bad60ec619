"""Gates that need a person, over HTTP: no bulk approval, and settings that a project keeps."""

from __future__ import annotations

import httpx2
import pytest
import pytest_asyncio

from config.settings import Settings
from tests.api_client import assert_problem, get, respond, start, wait_for_request, wait_for_status
from tests.pipeline_files import with_pipelines

pytestmark = pytest.mark.usefixtures("worker")

RISKY = """\
stages:
  - {name: plan, agent: analyst, produces: [project_plan], gate: {}}
  - {name: launch, agent: analyst, consumes: [project_plan], produces: [agent_output], gate: {}}
"""


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    risky = RISKY.replace("[project_plan], gate: {}", "[project_plan], risk: high")
    return with_pipelines(settings, tmp_path_factory, {"calm": RISKY, "risky": risky}, checkpoint_after=1)


async def test_a_gate_of_high_risk_is_not_decided_in_bulk(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, pipeline="risky", oversight="low")
    request = await wait_for_request(http, project_id, "plan")
    assert (request["reason"], request["needs_person"]) == ("review", True)
    refused = await respond(http, request["request_id"], "approve", in_bulk=True)
    assert_problem(refused, 409, "needs a person", "cannot be decided in bulk")
    assert (await get(http, f"/hitl/{request['request_id']}"))["history"] == []
    assert (await respond(http, request["request_id"], "approve")).status_code == 200
    await wait_for_status(http, project_id, "completed")


async def test_a_checkpoint_asks_after_the_setting_that_the_project_started_with(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, pipeline="calm", oversight="low")
    assert (await get(http, f"/projects/{project_id}"))["checkpoint_after"] == 1
    request = await wait_for_request(http, project_id, "launch")
    assert (request["reason"], request["needs_person"]) == ("checkpoint", True)
    assert request["question"].startswith("1 gate passed without a person")
    assert_problem(await respond(http, request["request_id"], "approve", in_bulk=True), 409, "in bulk")
    assert (await respond(http, request["request_id"], "approve")).status_code == 200
    await wait_for_status(http, project_id, "completed")


async def test_what_a_program_approves_by_itself_passed_without_a_person(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, pipeline="calm")
    plan = await wait_for_request(http, project_id, "plan")
    assert (await respond(http, plan["request_id"], "approve", without_asking=True)).status_code == 200
    launch = await wait_for_request(http, project_id, "launch")
    assert (launch["reason"], launch["needs_person"]) == ("checkpoint", True)
    refused = await respond(http, launch["request_id"], "approve", without_asking=True)
    assert_problem(refused, 409, "needs a person", "nobody was asked")
    assert (await respond(http, launch["request_id"], "approve")).status_code == 200
    await wait_for_status(http, project_id, "completed")


async def test_other_gates_are_decided_in_bulk(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, pipeline="calm")
    request = await wait_for_request(http, project_id, "plan")
    assert not request["needs_person"]
    assert (await respond(http, request["request_id"], "approve", in_bulk=True)).status_code == 200
