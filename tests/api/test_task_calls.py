"""Standalone tasks over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.api_client import UNKNOWN_ID, V1, assert_problem, get, start
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_task_is_run_with_the_context_that_it_names(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    rules = {"type": "user_input", "name": "rules", "content": "# Rules\n\n- No cookies.\n"}
    artifact = (await http.post(f"{V1}/projects/{project_id}/artifacts", json=rules)).json()
    answer = await http.post(
        f"{V1}/projects/{project_id}/tasks",
        json={"agent_type": "analyst", "instructions": "List the risks.", "context_ids": [artifact["artifact_id"]]},
    )
    assert answer.status_code == 201
    submitted = answer.json()
    assert submitted["status"] == "submitted"
    assert submitted["workflow_id"] == f"task-{submitted['task_id']}"
    assert answer.headers["location"] == f"{V1}/tasks/{submitted['task_id']}"

    async def is_done() -> dict[str, Any] | None:
        tasks = (await get(http, f"/projects/{project_id}/status"))["tasks"]
        return next(
            (one for one in tasks if (one["task_id"], one["status"]) == (submitted["task_id"], "completed")), None
        )

    task = await eventually(is_done)
    assert (task["agent_type"], task["stage"], task["accepted"]) == ("analyst", "task", True)
    (output,) = (await get(http, f"/projects/{project_id}/artifacts", type="agent_output"))["items"]
    assert output["task_id"] == submitted["task_id"]
    assert (await get(http, f"/projects/{project_id}/status"))["progress"]["done"] == 0


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"agent_type": "plumber"}, "agent_type"),
        ({"instructions": " "}, "instructions"),
        ({"instructions": "x" * 10_001}, "instructions"),
        ({"instructions": "\x00"}, "instructions"),
        ({"context_ids": "all"}, "context_ids"),
        ({"context_ids": ["one"]}, "context_ids.0"),
        ({"context_ids": [UNKNOWN_ID]}, UNKNOWN_ID),
        ({"context_ids": [UNKNOWN_ID] * 101}, "context_ids"),
        ({"phase": "mine"}, "phase"),
    ],
)
async def test_an_invalid_task_is_refused(http: httpx2.AsyncClient, fields: dict[str, object], word: str) -> None:
    project_id = await start(http)
    given = {"agent_type": "analyst", "instructions": "List the risks."}
    assert_problem(await http.post(f"{V1}/projects/{project_id}/tasks", json=given | fields), 422, word)


async def test_the_context_of_another_project_is_refused(http: httpx2.AsyncClient) -> None:
    mine, other = await start(http), await start(http)
    (brief, *_) = (await get(http, f"/projects/{other}/artifacts"))["items"]
    answer = await http.post(
        f"{V1}/projects/{mine}/tasks",
        json={"agent_type": "analyst", "instructions": "Read it.", "context_ids": [brief["artifact_id"]]},
    )
    assert_problem(answer, 422, "context_ids", brief["artifact_id"])


async def test_a_task_for_an_unknown_project_is_not_found(http: httpx2.AsyncClient) -> None:
    given = {"agent_type": "analyst", "instructions": "List the risks."}
    assert_problem(await http.post(f"{V1}/projects/{UNKNOWN_ID}/tasks", json=given), 404, UNKNOWN_ID)


async def test_a_task_is_shown_with_its_agents_input_and_output(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    (brief, *_) = (await get(http, f"/projects/{project_id}/artifacts"))["items"]
    added = [
        (await http.post(f"{V1}/projects/{project_id}/artifacts", json=given)).json()
        for given in ({"type": "user_input", "name": name, "content": f"# {name}\n"} for name in ("one", "two"))
    ]
    context = [added[1], brief, added[0]]
    submitted = await http.post(
        f"{V1}/projects/{project_id}/tasks",
        json={
            "agent_type": "analyst",
            "instructions": "List the risks.",
            "context_ids": [one["artifact_id"] for one in context],
        },
    )
    task_id = submitted.json()["task_id"]

    async def is_done() -> dict[str, Any] | None:
        task = await get(http, f"/tasks/{task_id}")
        return task if task["status"] == "completed" else None

    task = await eventually(is_done)
    assert [one["artifact_id"] for one in task["context"]] == [one["artifact_id"] for one in context]
    assert task["context"][0] == added[1]
    (written,) = task["artifacts"]
    assert (written["type"], written["task_id"]) == ("agent_output", task_id)
    fields = {name: task[name] for name in ("project_id", "workflow_id", "from_agent", "instructions", "feedback")}
    assert fields == {
        "project_id": project_id,
        "workflow_id": f"task-{task_id}",
        "from_agent": None,
        "instructions": "List the risks.",
        "feedback": None,
    }
    assert task["expected_outputs"] == ["agent_output"]
    assert task["priority"] == 3
    assert task["usage"] == {
        "model": "rehearsal",
        "input_tokens": 0,
        "output_tokens": 0,
        "cost_usd": 0.0,
        "asked_for": None,
        "prompt_version": None,
        "framework": None,
        "settings": None,
        "fallbacks": None,
    }
    listed = (await get(http, f"/projects/{project_id}/status"))["tasks"]
    (item,) = [one for one in listed if one["task_id"] == task_id]
    assert item == {name: task[name] for name in item}


async def test_an_unknown_task_is_not_found(http: httpx2.AsyncClient) -> None:
    assert_problem(await http.get(f"{V1}/tasks/{UNKNOWN_ID}"), 404, UNKNOWN_ID)
    assert_problem(await http.get(f"{V1}/tasks/mine"), 422, "task_id")
