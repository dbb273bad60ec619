"""Lists of projects over HTTP: paginated, filtered, searched, each with its oldest open request."""

from __future__ import annotations

import httpx2
import pytest

from tests.api_client import BRIEF, V1, cancel, get, respond, start, wait_for_request, wait_for_status
from tests.spellings import ALIKE
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


async def test_lists_are_paginated_and_filtered(http: httpx2.AsyncClient) -> None:
    started = [await start(http, name=f"Number {number}") for number in range(5)]
    for project_id in started:
        await wait_for_status(http, project_id, "waiting")
    seen: list[str] = []
    cursor = None
    while len(seen) < 5:
        page = await get(http, "/projects/", status="waiting", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [project["id"] for project in page["items"]]
        cursor = page["next_cursor"]
    assert seen[:5] == started[::-1]
    (item, *_) = (await get(http, "/projects/", status="waiting", limit=1))["items"]
    assert (item["open_requests"], item["phase"]) == (1, "discovery")
    assert "description" not in item
    assert (await get(http, "/projects/", status="rejected"))["items"] == []


async def test_a_list_can_be_filtered_by_several_statuses(http: httpx2.AsyncClient) -> None:
    waiting = [await start(http), await start(http)]
    done = [await start(http, pipeline="quick-start"), await start(http, pipeline="quick-start")]
    for project_id in waiting:
        await wait_for_status(http, project_id, "waiting")
    for project_id in done:
        await wait_for_status(http, project_id, "completed")
    await cancel(http, waiting[0])
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while not seen or cursor:
        page = await get(http, "/projects/", status=["completed", "cancelled", "completed"], limit=2, **cursor)
        assert {project["status"] for project in page["items"]} <= {"completed", "cancelled"}
        seen += [project["id"] for project in page["items"]]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
    assert seen == sorted(set(seen), reverse=True)
    assert [one for one in seen if one in {*waiting, *done}] == [done[1], done[0], waiting[0]]


async def test_projects_are_found_by_part_of_their_name(http: httpx2.AsyncClient) -> None:
    names = ["100% \u00c9toile", "100 percent", "snake_case", "snakeXcase", "back\\slash", "a/b", "q'uote"]
    started = {name: await start(http, name=name, pipeline="quick-start") for name in names}

    async def found(search: str, **query: object) -> list[str]:
        page = await get(http, "/projects/", search=search, limit=200, **query)
        return [project["name"] for project in page["items"] if project["id"] in started.values()]

    assert await found("100") == ["100 percent", "100% \u00c9toile"]
    assert await found("%") == ["100% \u00c9toile"]
    assert await found("\u00e9TOI") == ["100% \u00c9toile"]
    assert await found("_") == ["snake_case"]
    assert await found("\\") == ["back\\slash"]
    assert await found("/") == ["a/b"]
    assert await found("'") == ["q'uote"]
    assert await found("K S") == []
    assert await found("\uff3f") == ["snake_case"], "a wide underscore matches an underscore"
    assert await found("") == names[::-1]
    for project_id in started.values():
        await wait_for_status(http, project_id, "completed")
    assert await found("snake", status=["completed", "failed"]) == ["snakeXcase", "snake_case"]
    assert await found("snake", status="waiting") == []
    first = await get(http, "/projects/", search="snake", limit=1)
    second = await get(http, "/projects/", search="snake", limit=1, cursor=first["next_cursor"])
    assert [page["items"][0]["name"] for page in (first, second)] == ["snakeXcase", "snake_case"]
    assert second["next_cursor"] is None


async def test_a_search_finds_every_way_in_which_a_name_can_be_written(http: httpx2.AsyncClient) -> None:
    for spellings, searches in ALIKE:
        started = [await start(http, name=name, pipeline="quick-start") for name in spellings]
        for search in searches:
            page = await get(http, "/projects/", search=search, limit=200)
            listed = {project["id"]: project["name"] for project in page["items"]}
            assert [listed.get(one) for one in started] == list(spellings), search  # in their original spelling
    assert (await get(http, "/projects/", search="cafe"))["items"] == [], "accents are significant"


async def test_a_project_has_its_oldest_open_request(http: httpx2.AsyncClient) -> None:
    answer = await http.post(f"{V1}/projects/", json={"name": "Waits", "description": BRIEF})
    assert answer.json()["waiting_for"] is None
    project_id = answer.json()["id"]
    request = await wait_for_request(http, project_id, "discovery")
    expected = {
        "request_id": request["request_id"],
        "stage": "discovery",
        "agent_type": "analyst",
        "question": request["question"],
        "since": request["created_at"],
        "expires_at": request["expires_at"],
    }

    async def read_waiting_for() -> list[object]:
        (listed,) = (await get(http, "/projects/", search="Waits"))["items"]
        return [listed["waiting_for"], (await get(http, f"/projects/{project_id}"))["waiting_for"]]

    assert await read_waiting_for() == [expected, expected]
    assert (await respond(http, request["request_id"], "approve")).status_code == 200
    await wait_for_request(http, project_id, "plan")
    after = await read_waiting_for()
    assert after[0] == after[1]
    assert after[0] != expected
    await http.post(f"{V1}/projects/{project_id}/cancel")
    await wait_for_status(http, project_id, "cancelled")
    assert await read_waiting_for() == [None, None]


async def test_the_oldest_of_several_open_requests_is_shown(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, name="Waits twice", oversight="high")
    oldest = await wait_for_request(http, project_id, "discovery")
    task = {"agent_type": "analyst", "instructions": "List the risks."}
    assert (await http.post(f"{V1}/projects/{project_id}/tasks", json=task)).status_code == 201

    async def both_open() -> bool:
        return bool((await get(http, f"/projects/{project_id}"))["open_requests"] == 2)

    await eventually(both_open)
    (listed,) = (await get(http, "/projects/", search="waits twice"))["items"]
    assert listed["waiting_for"]["request_id"] == oldest["request_id"]
    assert (await respond(http, oldest["request_id"], "reject", comment="No.")).status_code == 200
    await wait_for_status(http, project_id, "rejected")


async def test_a_list_names_the_running_steps(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, description=f"---\nrehearsal: {{step_seconds: 60}}\n---\n{BRIEF}")

    async def is_working() -> bool:
        return bool((await get(http, f"/projects/{project_id}"))["working"])

    await eventually(is_working)
    (item,) = [one for one in (await get(http, "/projects/"))["items"] if one["id"] == project_id]
    (step,) = item["working"]
    assert (step["agent_type"], step["stage"], step["round"]) == ("analyst", "discovery", 1)
    await cancel(http, project_id)
    assert (await get(http, f"/projects/{project_id}"))["working"] == []
