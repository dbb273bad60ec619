"""Pause, resume and cancel over HTTP."""

from __future__ import annotations

import httpx2
import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from tests.api_client import (
    UNKNOWN_ID,
    V1,
    assert_problem,
    cancel,
    get,
    respond,
    start,
    wait_for_request,
)
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_paused_project_waits_until_it_is_resumed(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    answer = await http.post(f"{V1}/projects/{project_id}/pause")
    assert (answer.status_code, answer.json()) == (
        202,
        {"project_id": project_id, "requested": "pause", "status": "paused"},
    )
    assert_problem(await http.post(f"{V1}/projects/{project_id}/pause"), 409, "already paused")
    assert (await respond(http, request["request_id"], "approve")).status_code == 200
    assert len((await get(http, f"/projects/{project_id}/status"))["tasks"]) == 1
    assert (await http.post(f"{V1}/projects/{project_id}/resume")).status_code == 202
    await wait_for_request(http, project_id, "plan")
    assert_problem(await http.post(f"{V1}/projects/{project_id}/resume"), 409, "not paused")


async def test_cancelling_a_project_cancels_all_that_is_open(http: httpx2.AsyncClient, temporal: Client) -> None:
    project_id = await start(http, oversight="high")
    request = await wait_for_request(http, project_id, "discovery")
    given = {"agent_type": "tester", "instructions": "Test it."}
    task = (await http.post(f"{V1}/projects/{project_id}/tasks", json=given)).json()
    await wait_for_request(http, project_id, "task")
    project = await cancel(http, project_id)
    assert project["open_requests"] == 0
    status = await get(http, f"/projects/{project_id}/status")
    assert {one["status"] for one in status["tasks"]} == {"cancelled"}
    problem = assert_problem(await respond(http, request["request_id"], "approve"), 409, "cancelled")
    assert (problem["request"]["status"], problem["decision"]) == ("cancelled", None)

    async def have_ended() -> bool:
        handles = (temporal.get_workflow_handle(one) for one in (f"project-{project_id}", task["workflow_id"]))
        return {(await handle.describe()).status for handle in handles} == {WorkflowExecutionStatus.CANCELED}

    await eventually(have_ended)
    for word in ("pause", "resume", "cancel"):
        assert_problem(await http.post(f"{V1}/projects/{project_id}/{word}"), 409, "cancelled")
    assert_problem(await http.post(f"{V1}/projects/{project_id}/tasks", json=given), 409, "cancelled")


@pytest.mark.parametrize("word", ["pause", "resume", "cancel"])
async def test_an_unknown_project_cannot_be_controlled(http: httpx2.AsyncClient, word: str) -> None:
    assert_problem(await http.post(f"{V1}/projects/{UNKNOWN_ID}/{word}"), 404, UNKNOWN_ID)
    assert_problem(await http.post(f"{V1}/projects/1/{word}"), 422, "project_id")
