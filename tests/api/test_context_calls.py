"""What people give the crew: context for the steps that have not run, and results of tasks."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from tests.api_client import UNKNOWN_ID, V1, Json, assert_problem, decide, get, start, wait_for_request, wait_for_status
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

RULES = {"type": "user_input", "name": "house rules", "content": "# House rules\n\n- No cookies, ever.\n"}


async def add(http: httpx2.AsyncClient, project_id: str, **fields: Any) -> Json:
    answer = await http.post(f"{V1}/projects/{project_id}/artifacts", json=RULES | fields)
    assert answer.status_code == 201, answer.text
    added: Json = answer.json()
    return added


async def give(http: httpx2.AsyncClient, project_id: str, artifact_id: str, **fields: Any) -> httpx2.Response:
    return await http.post(f"{V1}/projects/{project_id}/context", json={"artifact_id": artifact_id} | fields)


async def result_of_task(http: httpx2.AsyncClient, project_id: str) -> Json:
    given = {"agent_type": "architect", "instructions": "Say it in fewer words."}
    task_id = (await http.post(f"{V1}/projects/{project_id}/tasks", json=given)).json()["task_id"]

    async def written() -> Json | None:
        found = (await get(http, f"/projects/{project_id}/artifacts", type="agent_output"))["items"]
        return next((one for one in found if one["task_id"] == task_id), None)

    return await eventually(written)


async def test_context_is_given_to_the_steps_that_have_not_run(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    first = await wait_for_request(http, project_id, "discovery")
    added = await add(http, project_id, give=True, given_by="Ada")
    (given,) = (await get(http, f"/projects/{project_id}/context"))["items"]
    assert (given["artifact"]["artifact_id"], given["given_by"], given["replaces"]) == (
        added["artifact_id"],
        "Ada",
        False,
    )
    assert given["stages"][0] == "plan"
    assert "discovery" not in given["stages"]
    await decide(http, first, "approve")
    second = await wait_for_request(http, project_id, "plan")
    shown = await get(http, f"/hitl/{second['request_id']}")
    assert shown["task"]["context"][-1]["artifact_id"] == added["artifact_id"]
    written = shown["contents"][0]["content"]
    assert "## Added by people" in written
    assert "added by Ada" in written
    assert "No cookies, ever" in written
    newer = await add(http, project_id, content="# House rules\n\n- One cookie.\n", give=True)
    await decide(http, second, "amend", comment="Shorter.")
    again = await wait_for_request(http, project_id, "plan", 2)
    told = (await get(http, f"/hitl/{again['request_id']}"))["task"]["context"]
    assert newer["artifact_id"] in [one["artifact_id"] for one in told]
    assert added["artifact_id"] not in [one["artifact_id"] for one in told]
    events = (await get(http, f"/projects/{project_id}/events", limit=200))["items"]
    (said, _) = [one["data"] for one in events if one["event_type"] == "context_given"]
    assert (said["given_by"], said["stages"]) == ("Ada", given["stages"])


async def test_what_was_uploaded_before_is_given_once(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    await wait_for_request(http, project_id)
    added = await add(http, project_id)
    assert (await get(http, f"/projects/{project_id}/context"))["items"] == []
    answers = await asyncio.gather(*(give(http, project_id, added["artifact_id"], given_by=f"P{n}") for n in range(4)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["context_id"] for one in answers}) == 1
    assert len((await get(http, f"/projects/{project_id}/context"))["items"]) == 1


async def test_a_tasks_result_becomes_the_version_that_later_steps_read(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    await decide(http, await wait_for_request(http, project_id, "discovery"), "approve")
    await decide(http, await wait_for_request(http, project_id, "plan"), "approve")
    design = await wait_for_request(http, project_id, "design")
    result = await result_of_task(http, project_id)
    answers = [
        await give(http, project_id, result["artifact_id"], as_type="software_specification", given_by="Ada")
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201], answers[0].text
    given = answers[0].json()
    assert answers[1].json() == given
    version = given["artifact"]
    assert (version["type"], version["version"], version["author"]) == ("software_specification", 2, "Ada")
    assert (version["based_on"], version["task_id"]) == (result["artifact_id"], result["task_id"])
    assert version["accepted_at"]
    assert not version["by_agent"]
    assert given["replaces"]
    assert "build" in given["stages"]
    assert "design" not in given["stages"]
    assert version["content_hash"] == result["content_hash"]
    await decide(http, design, "approve")
    assert await versions_that_build_read(http, project_id) == [2]


async def versions_that_build_read(http: httpx2.AsyncClient, project_id: str) -> list[int]:
    """Wait until the build is done; the versions of the specification that it received."""
    await wait_for_request(http, project_id, "launch")
    tasks = (await get(http, f"/projects/{project_id}/status"))["tasks"]
    build = next(one for one in tasks if one["stage"] == "build")
    read = (await get(http, f"/tasks/{build['task_id']}"))["context"]
    return [one["version"] for one in read if one["type"] == "software_specification"]


@pytest.mark.parametrize(("withdrawn", "read"), [((3,), [2]), ((2,), [3]), ((3, 2), [1])])
async def test_without_a_withdrawn_version_the_one_before_it_is_read(
    http: httpx2.AsyncClient, withdrawn: tuple[int, ...], read: list[int]
) -> None:
    project_id = await start(http)
    await decide(http, await wait_for_request(http, project_id, "discovery"), "approve")
    await decide(http, await wait_for_request(http, project_id, "plan"), "approve")
    design = await wait_for_request(http, project_id, "design")
    given: dict[int, str] = {}
    for version in (2, 3):
        result = await result_of_task(http, project_id)
        answer = (await give(http, project_id, result["artifact_id"], as_type="software_specification")).json()
        assert answer["artifact"]["version"] == version
        given[version] = answer["context_id"]
    for version in withdrawn:
        assert (await withdraw(http, project_id, given[version])).status_code == 200
    await decide(http, design, "approve")
    assert await versions_that_build_read(http, project_id) == read


async def test_what_would_steer_nothing_is_refused(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id, "discovery")
    result = await result_of_task(http, project_id)
    output = result["artifact_id"]
    (brief, *_) = (await get(http, f"/projects/{project_id}/artifacts"))["items"]
    plan = request["artifacts"][0]["artifact_id"]
    cases = [
        ({"artifact_id": UNKNOWN_ID}, 422, "artifact_id"),
        ({"artifact_id": brief["artifact_id"]}, 422, "the brief"),
        ({"artifact_id": plan}, 422, "discovery produces"),
        ({"artifact_id": plan, "as_type": "software_specification"}, 422, "not the result of a task"),
        ({"artifact_id": output, "as_type": "poem"}, 422, "as_type"),
        ({"artifact_id": output, "as_type": "source_code"}, 422, "media type"),
        ({"artifact_id": output, "as_type": "software_specification"}, 409, "is accepted yet"),
        ({"artifact_id": output, "colour": "red"}, 422, "colour"),
    ]
    for fields, status, words in cases:
        answer = await http.post(f"{V1}/projects/{project_id}/context", json=fields)
        assert_problem(answer, status, words)
    wrong = RULES | {"type": "project_plan", "give": True}
    assert_problem(await http.post(f"{V1}/projects/{project_id}/artifacts", json=wrong), 422, "discovery produces")
    assert (await give(http, project_id, output)).status_code == 201
    await decide(http, request, "reject", comment="No.")
    await wait_for_status(http, project_id, "rejected")
    assert_problem(await give(http, project_id, output), 409, "rejected")


async def withdraw(http: httpx2.AsyncClient, project_id: str, context_id: str, **fields: Any) -> httpx2.Response:
    return await http.post(f"{V1}/projects/{project_id}/context/{context_id}/withdraw", json=fields)


async def test_steps_that_begin_after_a_withdrawal_do_not_receive_it(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    first = await wait_for_request(http, project_id, "discovery")
    added = await add(http, project_id, give=True, given_by="Ada")
    (given,) = (await get(http, f"/projects/{project_id}/context"))["items"]
    answers = await asyncio.gather(
        *(withdraw(http, project_id, given["context_id"], withdrawn_by=f"P{n}") for n in range(4))
    )
    assert {one.status_code for one in answers} == {200}
    assert len({one.json()["withdrawn_by"] for one in answers}) == 1
    await decide(http, first, "approve")
    second = await wait_for_request(http, project_id, "plan")
    told = (await get(http, f"/hitl/{second['request_id']}"))["task"]["context"]
    assert added["artifact_id"] not in [one["artifact_id"] for one in told]
    again = (await give(http, project_id, added["artifact_id"], given_by="Bo")).json()
    assert again["context_id"] != given["context_id"]
    assert (again["given_by"], again["withdrawn_at"], again["stages"][0]) == ("Bo", None, "design")
    await decide(http, second, "approve")
    third = await wait_for_request(http, project_id, "design")
    told = (await get(http, f"/hitl/{third['request_id']}"))["task"]["context"]
    assert added["artifact_id"] in [one["artifact_id"] for one in told]
    events = (await get(http, f"/projects/{project_id}/events", limit=200))["items"]
    kinds = [one["event_type"] for one in events if one["event_type"].startswith("context_")]
    assert kinds == ["context_given", "context_withdrawn", "context_given"]
    assert_problem(await withdraw(http, project_id, UNKNOWN_ID), 404)
    other = await start(http)
    assert_problem(await withdraw(http, other, again["context_id"]), 404)


async def test_a_withdrawn_result_is_read_no_more_until_it_is_accepted_again(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    await decide(http, await wait_for_request(http, project_id, "discovery"), "approve")
    await decide(http, await wait_for_request(http, project_id, "plan"), "approve")
    await wait_for_request(http, project_id, "design")
    result = await result_of_task(http, project_id)
    accepted = (await give(http, project_id, result["artifact_id"], as_type="software_specification")).json()
    withdrawn = (await withdraw(http, project_id, accepted["context_id"])).json()
    assert withdrawn["withdrawn_by"] == "human"
    assert withdrawn["artifact"]["accepted_at"] is None
    again = (await give(http, project_id, result["artifact_id"], as_type="software_specification")).json()
    assert again["artifact"]["artifact_id"] == accepted["artifact"]["artifact_id"]
    assert again["artifact"]["accepted_at"] is not None
    assert (again["replaces"], again["withdrawn_at"], again["stages"]) == (True, None, accepted["stages"])
