"""Retry a project over HTTP."""

from __future__ import annotations

import httpx2
import pytest

from tests.api_client import (
    UNKNOWN_ID,
    V1,
    assert_problem,
    cancel,
    decide,
    delivered,
    get,
    reject,
    start,
    wait_for_request,
)

pytestmark = pytest.mark.usefixtures("worker")


async def _rejected(http: httpx2.AsyncClient, **fields: str) -> str:
    """A project that was rejected at its second stage."""
    project_id = await start(http, **fields)
    await decide(http, await wait_for_request(http, project_id, "discovery"), "approve")
    await reject(http, project_id, "plan", comment="Too big.")
    return project_id


async def test_the_api_says_from_which_stages_a_project_can_be_retried(http: httpx2.AsyncClient) -> None:
    project_id = await _rejected(http)
    choices = await get(http, f"/projects/{project_id}/retry")
    assert choices["default"] == "plan"
    assert [one["stage"] for one in choices["stages"]] == ["discovery", "plan"]
    after = ["design", "acceptance", "build", "validate", "launch"]
    assert choices["stages"][1] == {"stage": "plan", "agent_type": "analyst", "reopens": after}


async def test_a_retried_project_continues_and_shows_its_retries(http: httpx2.AsyncClient) -> None:
    project_id = await _rejected(http, pipeline="software-delivery")
    answer = await http.post(f"{V1}/projects/{project_id}/retry", json={"comment": "Smaller.", "by": "Ada"})
    assert answer.status_code == 202
    made = answer.json()["retry"]
    assert made.items() >= {"number": 1, "from_stage": "plan", "comment": "Smaller.", "by": "Ada"}.items()
    assert (made.keys(), bool(made["principal_id"])) == (
        {"number", "from_stage", "comment", "by", "principal_id", "at"},
        True,
    )
    request = await wait_for_request(http, project_id, "plan", round=2)
    task = await get(http, f"/tasks/{request['task_id']}")
    assert task["feedback"] == "Too big.\n\nSmaller."
    project = await get(http, f"/projects/{project_id}")
    assert (project["status"], project["reason"], project["ended_at"]) == ("waiting", None, None)
    assert (project["progress"]["done"], project["retries"]) == (1, [made])


async def test_a_choice_that_cannot_be_retried_is_refused(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    path = f"{V1}/projects/{project_id}/retry"
    await wait_for_request(http, project_id, "discovery")
    assert_problem(await http.get(path), 409, "waiting", "rejected, failed or cancelled")
    assert_problem(await http.post(path, json={}), 409, "waiting")
    await cancel(http, project_id)
    assert_problem(await http.post(path, json={"from_stage": "nowhere"}), 422, "from_stage", "discovery")
    assert_problem(await http.post(path, json={"from_stage": "build"}), 409, "build", "discovery")
    assert_problem(await http.post(path, json={"comment": " "}), 422, "comment")
    assert_problem(await http.post(f"{V1}/projects/{UNKNOWN_ID}/retry", json={}), 404, UNKNOWN_ID)
    done = await delivered(http)
    assert_problem(await http.post(f"{V1}/projects/{done}/retry", json={}), 409, "completed", "Follow it up")
    assert_problem(await http.get(f"{V1}/projects/{done}/retry"), 409, "completed")


async def test_the_same_request_retries_once(http: httpx2.AsyncClient) -> None:
    project_id = await _rejected(http)
    path, key = f"{V1}/projects/{project_id}/retry", {"Idempotency-Key": "again"}
    first = await http.post(path, json={"from_stage": "discovery"}, headers=key)
    second = await http.post(path, json={"from_stage": "discovery"}, headers=key)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert_problem(await http.post(path, json={}, headers=key), 422, "Idempotency-Key")
    assert_problem(await http.post(path, json={}), 409)
    assert len((await get(http, f"/projects/{project_id}"))["retries"]) == 1
