"""Projects that are removed for good, over HTTP: nothing of them is left, and nothing else is touched."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text
from temporalio.client import Client
from websockets.asyncio.client import connect

from models.contracts.budget import Amounts
from store import budget_scopes, budgets, removal
from store.budget_scopes import Scope
from store.removal import NotRemovableError
from store.transaction import Store
from tests.api.realtime.relay_server import close_code, receive, until
from tests.api.removed_projects import forget, rows
from tests.api_client import (
    BRIEF,
    UNKNOWN_ID,
    V1,
    assert_problem,
    cancel,
    decide,
    delivered,
    get,
    start,
    wait_for_request,
)
from tests.signing_in import AUTHORIZATION
from tests.waiting import PATIENCE_SECONDS, eventually
from workflows.client import find_workflow

pytestmark = pytest.mark.usefixtures("worker")

SOURCE = {"content": json.dumps({"files": {"guests.py": "NAMES = []\n"}})}


async def test_nothing_of_a_removed_project_is_left(http: httpx2.AsyncClient, store: Store) -> None:
    other, untouched = await delivered(http, source=SOURCE), await delivered(http)
    project_id = await start(http, source=SOURCE, oversight="high", budget="9usd", tags=["web"])
    request = await wait_for_request(http, project_id)
    await decide(http, request, "amend", content="# Plan\n\nAmended.\n")
    stop = {"scope": "role", "role": "deployer", "project_id": project_id, "reason": "?"}
    assert (await http.post(f"{V1}/stops/", json=stop)).status_code == 201
    upload = {"type": "user_input", "name": "notes", "content": "Blue, please."}
    keyed = {"Idempotency-Key": uuid4().hex}
    path = f"{V1}/projects/{project_id}/artifacts"
    assert (await http.post(path, json=upload, headers=keyed)).status_code == 201
    task = {"agent_type": "analyst", "instructions": "Say hello.", "context_ids": []}
    assert (await http.post(f"{V1}/projects/{project_id}/tasks", json=task)).status_code == 201
    await wait_for_request(http, project_id)
    assert_problem(await forget(http, project_id), 409, "not removed", "only one that has ended")
    await cancel(http, project_id)

    async def removed() -> bool:
        return (await forget(http, project_id)).status_code == 204  # its handoff may still be ending

    await eventually(removed)
    assert await rows(store, project_id) == {"auth_event": 1}
    assert_problem(await http.get(f"{V1}/projects/{project_id}"), 404, project_id)
    assert_problem(await http.get(f"{V1}/artifacts/{request['artifacts'][0]['artifact_id']}"), 404)
    assert_problem(await forget(http, project_id), 404, project_id)
    for kept in (other, untouched):
        assert (await http.get(f"{V1}/projects/{kept}/export")).status_code == 200


@pytest.mark.long  # Temporal deletes half a minute later
async def test_the_histories_of_a_removed_project_are_deleted(http: httpx2.AsyncClient, temporal: Client) -> None:
    project_id = await delivered(http)
    assert await find_workflow(temporal, f"project-{project_id}") is not None

    async def is_listed() -> bool:  # what is deleted is what Temporal lists, and that lags behind
        return bool([run async for run in temporal.list_workflows(f"WorkflowId = 'project-{project_id}'")])

    await eventually(is_listed)
    assert (await forget(http, project_id)).status_code == 204

    async def is_deleted() -> bool:
        return await find_workflow(temporal, f"project-{project_id}") is None

    await eventually(is_deleted, 2 * PATIENCE_SECONDS)


async def test_a_project_that_comes_from_a_removed_one_says_so(http: httpx2.AsyncClient) -> None:
    parent = await delivered(http)
    child = await start(http, parent={"project_id": parent, "kind": "duplicate"})
    assert (await forget(http, parent)).status_code == 204
    found = await get(http, f"/projects/{child}")
    assert (found["parent"], found["removed_parent"]) == (None, "duplicate")
    assert (await get(http, f"/projects/{await start(http)}"))["removed_parent"] is None


async def test_a_repeated_start_from_a_removed_project_finds_the_new_one(http: httpx2.AsyncClient) -> None:
    parent_id = await delivered(http)
    body = {"name": "Again", "description": BRIEF, "parent": {"project_id": parent_id, "kind": "duplicate"}}
    headers = {"Idempotency-Key": f"from {parent_id}"}
    first = await http.post(f"{V1}/projects/", json=body, headers=headers)
    assert first.status_code == 201, first.text
    assert (await forget(http, parent_id)).status_code == 204
    again = await http.post(f"{V1}/projects/", json=body, headers=headers)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"]), again.text
    assert_problem(await http.post(f"{V1}/projects/", json=body), 422, "parent")


async def test_a_project_that_is_kept_is_not_removed_until_it_is_released(http: httpx2.AsyncClient) -> None:
    project_id = await delivered(http)
    path = f"{V1}/projects/{project_id}"
    assert (await http.patch(path, json={"kept": True, "by": "Ada"})).json()["kept_at"] is not None
    assert_problem(await forget(http, project_id), 409, "marked to be kept")
    assert (await get(http, f"/projects/{project_id}"))["kept_by"] == "Ada"
    log = (await get(http, f"/projects/{project_id}/events", limit=200))["items"]
    assert log[-1]["data"].items() >= {"by": "Ada", "kept": True}.items()
    assert (await http.patch(path, json={"kept": False})).json()["kept_at"] is None
    assert (await get(http, f"/projects/{project_id}"))["kept_by"] is None
    assert (await forget(http, project_id)).status_code == 204


async def test_what_a_project_has_spent_stays_in_the_budget_of_the_day(http: httpx2.AsyncClient, store: Store) -> None:
    project_id = await delivered(http)
    task_id = UUID((await get(http, f"/projects/{project_id}/status"))["tasks"][0]["task_id"])
    scopes = [Scope(budget_scopes.project(UUID(project_id)), UUID(project_id)), Scope("day:2026-01-02")]
    call, amounts = uuid4(), Amounts(usd=2.0, tokens=7, seconds=1.0)
    async with store.reading() as connection:
        assert await budgets.reserve(connection, call, scopes, task_id, await _starts(store, task_id), amounts) is True
    assert_problem(await forget(http, project_id), 409, "call of a model")
    async with store.writing() as connection:
        await budgets.settle_reservations_of_task(connection, task_id, await _starts(store, task_id))

    async def day() -> tuple[float, int]:
        async with store.reading() as connection:
            query = text("SELECT spent_usd, spent_tokens FROM budget WHERE scope = 'day:2026-01-02'")
            row = (await connection.execute(query)).one()
        return row.spent_usd, row.spent_tokens

    before = await day()
    assert before == (2.0, 7)
    assert (await forget(http, project_id)).status_code == 204
    assert await day() == before


async def _starts(store: Store, task_id: UUID) -> int:
    async with store.reading() as connection:
        return int(await connection.scalar(text("SELECT starts FROM task WHERE id = :id"), {"id": task_id}) or 0)


async def test_who_follows_or_watches_learns_of_the_removal(http: httpx2.AsyncClient, api_url: str) -> None:
    project_id = await delivered(http)
    address = f"ws{api_url.removeprefix('http')}/ws"
    options: dict[str, Any] = {"additional_headers": AUTHORIZATION, "compression": None, "proxy": None}
    async with (
        connect(f"{address}?project_id={project_id}", **options) as follower,
        connect(address, **options) as both,
    ):
        assert (await receive(follower))["event_type"] == "connection_ready"
        await both.send(json.dumps({"action": "watch"}))
        await until(both, lambda frame: frame["event_type"] == "watching")
        await both.send(json.dumps({"action": "subscribe", "project_id": project_id}))
        await until(both, lambda frame: frame["event_type"] == "connection_ready")
        assert (await forget(http, project_id)).status_code == 204
        last = (await until(both, lambda frame: frame["project_id"] == project_id and frame["seq"] is None))[-1]
        assert last["event_type"] == "project_changed"
        for client in (both, follower):
            error = (await until(client, lambda frame: frame["event_type"] == "error"))[-1]
            assert (error["project_id"], error["data"]["code"]) == (project_id, "unknown_project")
        assert await close_code(follower) == 4404
        await both.send(json.dumps({"action": "ping"}))
        await until(both, lambda frame: frame["event_type"] == "pong")  # it follows others, and stays


async def test_an_unknown_project_is_not_removed(http: httpx2.AsyncClient) -> None:
    assert_problem(await forget(http, UNKNOWN_ID), 404, UNKNOWN_ID)


async def test_a_project_that_has_changed_since_is_left(http: httpx2.AsyncClient, store: Store) -> None:
    project_id = await delivered(http)
    moment = (await get(http, f"/projects/{project_id}"))["updated_at"]
    async with store.writing() as connection:
        with pytest.raises(NotRemovableError, match="has changed"):
            await removal.remove(connection, UUID(project_id), datetime.fromisoformat(moment))
