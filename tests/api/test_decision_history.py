"""A project's decisions over HTTP: who, what, why, and about which version."""

from __future__ import annotations

import httpx2
import pytest

from tests.api_client import (
    BRIEF,
    UNKNOWN_ID,
    V1,
    assert_problem,
    decide,
    get,
    reject,
    start,
    wait_for_request,
    wait_for_status,
)

pytestmark = pytest.mark.usefixtures("worker")


async def test_decisions_are_listed_in_the_order_of_their_requests(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, oversight="medium")
    path = f"/projects/{project_id}/decisions"
    first = await wait_for_request(http, project_id, "discovery")
    assert (await get(http, path))["items"] == []
    await decide(http, first, "amend", comment="Name the users.", responder="Maya")
    second = await wait_for_request(http, project_id, "discovery", 2)
    await decide(http, second, "approve", responder="Jonas")
    third = await wait_for_request(http, project_id, "plan")
    await decide(http, third, "reject", comment="We buy it.", responder="Maya")
    await wait_for_status(http, project_id, "rejected")

    decisions = (await get(http, path))["items"]
    facts = [(one["responder"], one["action"], one["comment"], one["stage"], one["round"]) for one in decisions]
    assert facts == [
        ("Maya", "amend", "Name the users.", "discovery", 1),
        ("Jonas", "approve", None, "discovery", 2),
        ("Maya", "reject", "We buy it.", "plan", 1),
    ]
    assert [one["request_id"] for one in decisions] == [one["request_id"] for one in (first, second, third)]
    assert [[ref["version"] for ref in one["artifacts"]] for one in decisions] == [[1], [2], [1]]

    page = await get(http, path, limit=2)
    rest = await get(http, path, limit=2, cursor=page["next_cursor"])
    assert page["items"] + rest["items"] == decisions


async def test_the_log_says_why_a_request_without_a_result_asked(http: httpx2.AsyncClient) -> None:
    fails = "---\nrehearsal: {fail_step: {stage: discovery, times: 9, retryable: false}}\n---\n"
    project_id = await start(http, description=fails + BRIEF)
    await reject(http, project_id, comment="Enough.", responder="Maya")
    reviewed = await start(http, oversight="high")
    await reject(http, reviewed, responder="Maya")
    for project, reason in ((project_id, "failed_step"), (reviewed, None)):
        log = (await get(http, f"/projects/{project}/events"))["items"]
        (responded,) = [one["data"] for one in log if one["event_type"] == "hitl_response"]
        assert (responded["action"], responded.get("reason")) == ("reject", reason)


async def test_an_unknown_project_has_no_decisions(http: httpx2.AsyncClient) -> None:
    assert_problem(await http.get(f"{V1}/projects/{UNKNOWN_ID}/decisions"), 404, UNKNOWN_ID)
