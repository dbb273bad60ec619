"""HITL requests over HTTP: show them with what they are about, and list them."""

from __future__ import annotations

import httpx2
import pytest

from tests.api_client import BRIEF, UNKNOWN_ID, V1, assert_problem, get, respond, start, wait_for_request

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_request_is_shown_with_its_artifacts_and_history(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    shown = await get(http, f"/hitl/{request['request_id']}")
    (content,) = shown["contents"]
    assert content["artifact_id"] == request["artifacts"][0]["artifact_id"]
    assert content["encoding"] == "utf-8"
    assert "Guest book" in content["content"]
    assert shown["history"] == []
    mine = "# Project plan\n\nMy version.\n"
    answer = await respond(http, request["request_id"], "amend", content=mine, comment="Shorter.")
    assert (answer.status_code, answer.json()["status"]) == (200, "amended")
    shown = await get(http, f"/hitl/{request['request_id']}")
    original, amended = shown["contents"]
    assert original["content"] == content["content"]
    assert (amended["content"], amended["author"], amended["version"]) == (mine, "human", 2)
    assert amended["based_on"] == original["artifact_id"]
    assert amended["accepted_at"]
    assert original["accepted_at"] is None
    (decision,) = shown["history"]
    assert (decision["action"], decision["outcome"], decision["comment"]) == ("amend", "applied", "Shorter.")
    assert decision["content_hash"] == amended["content_hash"]


async def test_a_task_outside_the_pipeline_has_no_earlier_stages(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, oversight="high")
    await http.post(f"{V1}/projects/{project_id}/tasks", json={"agent_type": "tester", "instructions": "Look at it."})
    request = await wait_for_request(http, project_id, "task")
    shown = await get(http, f"/hitl/{request['request_id']}")
    assert (shown["redo_default"], shown["redo_stages"]) == ("task", [])


async def test_open_requests_are_listed_oldest_first(http: httpx2.AsyncClient) -> None:
    first = await wait_for_request(http, await start(http, name="First"))
    second = await wait_for_request(http, await start(http, name="Second"))
    listed = (await get(http, "/hitl/pending", limit=200))["items"]
    names = {one["request_id"]: one["project_name"] for one in listed}
    assert (names[first["request_id"]], names[second["request_id"]]) == ("First", "Second")
    ids = [one["request_id"] for one in listed]
    assert ids.index(first["request_id"]) < ids.index(second["request_id"])
    page = await get(http, "/hitl/pending", limit=1)
    assert [one["request_id"] for one in page["items"]] == ids[:1]
    following = await get(http, "/hitl/pending", limit=1, cursor=page["next_cursor"])
    assert [one["request_id"] for one in following["items"]] == ids[1:2]
    await respond(http, first["request_id"], "approve")
    assert first["request_id"] not in {one["request_id"] for one in (await get(http, "/hitl/pending"))["items"]}


async def test_the_requests_of_a_project_are_filtered_by_status(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id, "discovery")
    await respond(http, request["request_id"], "approve")
    following = await wait_for_request(http, project_id, "plan")
    path = f"/hitl/project/{project_id}/requests"
    both = [request["request_id"], following["request_id"]]
    assert [one["request_id"] for one in (await get(http, path))["items"]] == both
    assert [one["request_id"] for one in (await get(http, path, status="approved"))["items"]] == both[:1]
    assert [one["request_id"] for one in (await get(http, path, status="pending"))["items"]] == both[1:]
    assert_problem(await http.get(f"{V1}{path}?status=maybe"), 422, "status")


async def test_unknown_requests_are_not_found(http: httpx2.AsyncClient) -> None:
    assert_problem(await respond(http, UNKNOWN_ID, "approve"), 404, UNKNOWN_ID)
    assert_problem(await respond(http, "mine", "approve"), 422, "request_id")
    assert_problem(await http.get(f"{V1}/hitl/{UNKNOWN_ID}"), 404, UNKNOWN_ID)
    assert_problem(await http.get(f"{V1}/hitl/mine"), 422, "request_id")
    assert_problem(await http.get(f"{V1}/hitl/project/{UNKNOWN_ID}/requests"), 404, UNKNOWN_ID)


async def test_a_request_has_its_task_and_the_previous_versions(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    first = await wait_for_request(http, project_id)
    (brief, *_) = (await get(http, f"/projects/{project_id}/artifacts"))["items"]
    shown = await get(http, f"/hitl/{first['request_id']}")
    assert shown["task"] == await get(http, f"/tasks/{first['task_id']}")
    assert [one["artifact_id"] for one in shown["task"]["context"]] == [brief["artifact_id"]]
    assert [one["artifact_id"] for one in shown["task"]["artifacts"]] == [shown["contents"][0]["artifact_id"]]
    assert shown["task"]["feedback"] is None
    assert shown["contents"][0]["previous_id"] is None
    await respond(http, first["request_id"], "amend", comment="Say who it is for.")
    second = await wait_for_request(http, project_id, "discovery", 2)
    again = await get(http, f"/hitl/{second['request_id']}")
    assert again["task"]["feedback"] == "Say who it is for."
    assert again["contents"][0]["previous_id"] == shown["contents"][0]["artifact_id"]
    await respond(http, second["request_id"], "amend", content="# Mine\n")
    amended = await get(http, f"/hitl/{second['request_id']}")
    assert [one["previous_id"] for one in amended["contents"]] == [
        shown["contents"][0]["artifact_id"],
        again["contents"][0]["artifact_id"],
    ]
    for one in amended["contents"]:
        diff = await get(http, f"/artifacts/{one['artifact_id']}/diff", against=one["previous_id"])
        assert diff["from"]["artifact_id"] == one["previous_id"]
    plan = await wait_for_request(http, project_id, "plan")
    task = (await get(http, f"/hitl/{plan['request_id']}"))["task"]
    assert task["from_agent"] == "analyst"
    assert amended["contents"][1]["artifact_id"] in [one["artifact_id"] for one in task["context"]]


async def test_a_failed_step_says_what_failed_why_and_what_can_be_done(http: httpx2.AsyncClient) -> None:
    brief = f"---\nrehearsal:\n  fail_step: {{stage: discovery, times: 1, retryable: false}}\n---\n{BRIEF}"
    project_id = await start(http, description=brief)
    request = await wait_for_request(http, project_id)
    assert request["title"] == "Analyst failed on discovery"
    assert request["cause"]
    shown = await get(http, f"/hitl/{request['request_id']}")
    assert shown["cause"] == shown["task"]["error"]
    assert [one["label"] for one in shown["actions"]] == [
        "Try again",
        "Try again with advice",
        "Supply the result",
        "End project",
    ]
    assert [one["action"] for one in shown["actions"]] == ["approve", "amend", "amend", "reject"]
    assert [one["needs"] for one in shown["actions"]] == [None, "comment", "content", "comment"]
    assert shown["at_expiry"] == {"effect": "fails", "words": "the project fails"}
    assert "Approve to" not in shown["question"]
    assert "amend with" not in shown["question"]
    await respond(http, request["request_id"], "approve")
    review = await wait_for_request(http, project_id, "discovery")
    assert review["title"] == "Review: Project plan v1"
    assert review["cause"] is None
    actions = (await get(http, f"/hitl/{review['request_id']}"))["actions"]
    assert [one["key"] for one in actions] == ["approve", "request_changes", "edit_and_approve", "reject_and_end"]
    earlier = await get(http, f"/hitl/{request['request_id']}")
    assert (earlier["cause"], earlier["actions"]) == (request["cause"], [])


async def test_a_task_outside_the_pipeline_ends_alone(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, oversight="high")
    await http.post(f"{V1}/projects/{project_id}/tasks", json={"agent_type": "tester", "instructions": "Look at it."})
    request = await wait_for_request(http, project_id, "task")
    assert request["at_expiry"]["effect"] == "ends_task"
    actions = (await get(http, f"/hitl/{request['request_id']}"))["actions"]
    assert actions[-1]["key"] == "end_task"
