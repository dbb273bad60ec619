"""Stop and release over HTTP. Rehearsal steps take a while here, so that they can be stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.api_client import UNKNOWN_ID, V1, Json, assert_problem, get, respond, start, wait_for_request
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

SLOW = "---\nrehearsal:\n  step_seconds: 600\n---\n# Guest book\n\n- Guests can sign.\n"


@pytest_asyncio.fixture(autouse=True)
async def _nothing_stays_stopped(http: httpx2.AsyncClient) -> AsyncIterator[None]:
    yield
    for held in (await get(http, "/stops/", held=True))["items"]:
        await release(http, held["stop_id"])


async def stop(http: httpx2.AsyncClient, scope: str, **fields: Any) -> Json:
    answer = await http.post(f"{V1}/stops/", json={"scope": scope, "reason": "Too dear.", "by": "Ada"} | fields)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{V1}/stops/{answer.json()['stop_id']}"
    created: Json = answer.json()
    return created


async def release(http: httpx2.AsyncClient, stop_id: str) -> httpx2.Response:
    return await http.post(f"{V1}/stops/{stop_id}/release", json={"reason": "Enough money.", "by": "Bob"})


async def changes(http: httpx2.AsyncClient, project_id: str, expected: int) -> list[Json]:
    """The stop's events, as soon as there are as many as expected."""

    async def check() -> list[Json] | None:
        events = (await get(http, f"/projects/{project_id}/events", since=0))["items"]
        found = [each["data"] for each in events if each["event_type"] == "stop_change"]
        return found if len(found) >= expected else None

    found = await eventually(check)
    assert len(found) == expected
    return found


async def test_a_stopped_project_records_decisions_and_starts_nothing_until_it_is_released(
    http: httpx2.AsyncClient,
) -> None:
    project_id, other = await start(http), await start(http)
    request = await wait_for_request(http, project_id)
    stopped = await stop(http, "project", project_id=project_id)
    assert (stopped["scope"], stopped["stopped_by"], stopped["released_at"]) == ("project", "Ada", None)
    (began,) = await changes(http, project_id, 1)
    assert began == {
        "stop_id": stopped["stop_id"],
        "scope": "project",
        "role": None,
        "stopped": True,
        "reason": "Too dear.",
        "by": "Ada",
        "principal_id": stopped["stopped_by_id"],
    }
    (pending,) = [one for one in (await get(http, "/hitl/pending"))["items"] if one["project_id"] == project_id]
    assert pending["deadline_held"]
    assert (await respond(http, request["request_id"], "approve")).status_code == 200
    await changes(http, other, 0)
    answer = await respond(http, (await wait_for_request(http, other))["request_id"], "approve")
    assert answer.status_code == 200
    await wait_for_request(http, other, "plan")  # meanwhile the stopped one could have begun its next step
    assert len((await get(http, f"/projects/{project_id}/status"))["tasks"]) == 1
    answer = await release(http, stopped["stop_id"])
    assert answer.status_code == 200
    released = answer.json()
    assert (released["released_by"], released["release_reason"]) == ("Bob", "Enough money.")
    assert released["released_at"] > released["created_at"]
    assert [one["stopped"] for one in await changes(http, project_id, 2)] == [True, False]
    await wait_for_request(http, project_id, "plan")


async def test_a_project_that_is_stopped_twice_has_one_stop(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    first = await stop(http, "project", project_id=project_id)
    answer = await http.post(
        f"{V1}/stops/", json={"scope": "project", "project_id": project_id, "reason": "Again.", "by": "Bob"}
    )
    assert (answer.status_code, answer.json()) == (200, first)
    assert (await release(http, first["stop_id"])).status_code == 200
    assert_problem(await release(http, first["stop_id"]), 409, "released by Bob", "Enough money.")
    second = await stop(http, "project", project_id=project_id)
    assert second["stop_id"] != first["stop_id"]


async def test_after_one_release_another_stop_still_holds(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    everything, role = await stop(http, "all"), await stop(http, "role", role="analyst")
    assert (await respond(http, request["request_id"], "approve")).status_code == 200
    await release(http, everything["stop_id"])
    await changes(http, project_id, 3)
    held = (await get(http, "/stops/", held=True, project_id=project_id))["items"]
    assert [one["stop_id"] for one in held] == [role["stop_id"]]
    assert len((await get(http, f"/projects/{project_id}/status"))["tasks"]) == 1
    await release(http, role["stop_id"])
    await wait_for_request(http, project_id, "plan")


async def test_a_stopped_step_asks_and_a_comment_starts_a_new_round(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, description=SLOW)

    async def working() -> Json | None:
        tasks = (await get(http, f"/projects/{project_id}/status"))["tasks"]
        return next((task for task in tasks if task["status"] == "working"), None)

    task = await eventually(working)
    stopped = await stop(http, "step", task_id=task["task_id"], reason="Wrong library.")
    assert stopped["project_id"] == project_id
    request = await wait_for_request(http, project_id, "discovery")
    assert (request["reason"], request["may_continue"]) == ("stopped", True)
    assert "It was stopped by Ada: Wrong library." in request["question"]
    assert (await get(http, f"/stops/{stopped['stop_id']}"))["released_by"] == "BotArmy"
    assert_problem(
        await http.post(f"{V1}/stops/", json={"scope": "step", "task_id": task["task_id"], "reason": "x"}),
        409,
        "no step that could be stopped",
    )
    answer = await respond(http, request["request_id"], "amend", comment="Use the standard library.")
    assert answer.status_code == 200

    async def again() -> Json | None:
        tasks = (await get(http, f"/projects/{project_id}/status"))["tasks"]
        return next((one for one in tasks if (one["round"], one["status"]) == (2, "working")), None)

    second = await eventually(again)
    assert second["task_id"] != task["task_id"]
    await http.post(f"{V1}/projects/{project_id}/cancel")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"scope": "project", "project_id": UNKNOWN_ID, "reason": "x"}, 404, "no project"),
        ({"scope": "step", "task_id": UNKNOWN_ID, "reason": "x"}, 404, "no task"),
        ({"scope": "project", "reason": "x"}, 422, "needs project_id"),
        ({"scope": "role", "reason": "x"}, 422, "needs role"),
        ({"scope": "step", "reason": "x"}, 422, "needs task_id"),
        ({"scope": "all", "project_id": UNKNOWN_ID, "reason": "x"}, 422, "takes no project_id"),
        ({"scope": "project", "project_id": UNKNOWN_ID, "role": "coder", "reason": "x"}, 422, "takes no role"),
        ({"scope": "all", "reason": " "}, 422, "reason"),
        ({"scope": "all"}, 422, "reason"),
        ({"scope": "most", "reason": "x"}, 422, "scope"),
        ({"scope": "role", "role": "codr", "reason": "x"}, 422, "neither a built-in role"),
    ],
)
async def test_a_stop_that_makes_no_sense_is_refused(
    http: httpx2.AsyncClient, body: Json, status: int, words: str
) -> None:
    assert_problem(await http.post(f"{V1}/stops/", json=body), status, words)


async def test_what_does_not_exist_or_has_ended_is_not_stopped_or_released(http: httpx2.AsyncClient) -> None:
    assert_problem(await release(http, UNKNOWN_ID), 404, "no stop")
    assert_problem(await http.get(f"{V1}/stops/{UNKNOWN_ID}"), 404, "no stop")
    project_id = await start(http)
    await wait_for_request(http, project_id)
    misspelt = {"scope": "role", "role": "codr", "project_id": project_id, "reason": "x"}
    assert_problem(await http.post(f"{V1}/stops/", json=misspelt), 422, "role: is not a role of this project")
    stopped = await stop(http, "project", project_id=project_id)
    assert_problem(await http.post(f"{V1}/stops/{stopped['stop_id']}/release", json={}), 422, "reason")
    await http.post(f"{V1}/projects/{project_id}/cancel")

    async def released() -> bool:  # by the sweeper: nothing is left to hold
        return bool((await get(http, f"/stops/{stopped['stop_id']}"))["released_by"] == "BotArmy")

    await eventually(released)
    body = {"scope": "project", "project_id": project_id, "reason": "x"}
    assert_problem(await http.post(f"{V1}/stops/", json=body), 409, "cancelled")
