"""Over HTTP, a response names what the person looked at: nothing is decided unseen, or about something else."""

from __future__ import annotations

import asyncio

import httpx2
import pytest
from sqlalchemy import text

from models.tables import HITL_REQUEST
from store.transaction import Store
from tests.api_client import V1, assert_problem, decide, get, respond, start, wait_for_request, wait_for_status
from tests.waiting import eventually

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

pytestmark = pytest.mark.usefixtures("worker")


@pytest.mark.parametrize(
    "response",
    [{"action": "approve"}, {"action": "amend", "comment": "More."}, {"action": "reject", "comment": "No."}],
)
async def test_a_response_without_a_subject_is_refused(http: httpx2.AsyncClient, response: dict[str, str]) -> None:
    request = await wait_for_request(http, await start(http))
    answer = await http.post(f"{V1}/hitl/{request['request_id']}/respond", json=response)
    assert assert_problem(answer, 422, "subject_hash: is required")["code"] == "subject_required"
    shown = await get(http, f"/hitl/{request['request_id']}")
    assert (shown["status"], shown["history"]) == ("pending", [])


async def test_every_reader_is_told_the_same_subject(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    subject = (await get(http, f"/hitl/{request['request_id']}"))["subject_hash"]
    assert len(subject) == 64
    listed = (await get(http, f"/hitl/project/{project_id}/requests"))["items"]
    waiting = (await get(http, "/hitl/pending", limit=200))["items"]
    log = (await get(http, f"/projects/{project_id}/events"))["items"]
    told = [each["data"]["subject_hash"] for each in log if each["event_type"] == "hitl_request"]
    seen = [each["subject_hash"] for each in waiting if each["request_id"] == request["request_id"]]
    assert [each["subject_hash"] for each in listed] == told == seen == [subject]
    await decide(http, request, "approve")
    (decision,) = (await get(http, f"/hitl/{request['request_id']}"))["history"]
    assert (decision["subject_hash"], decision["legacy"]) == (subject, False)


async def test_a_stale_response_is_refused_with_the_current_subject_and_where_the_difference_is(
    http: httpx2.AsyncClient,
) -> None:
    project_id = await start(http)
    first = await wait_for_request(http, project_id, round=1)
    seen = await get(http, f"/hitl/{first['request_id']}")
    await decide(http, first, "amend", comment="Say who it is for.")
    second = await wait_for_request(http, project_id, round=2)
    now = await get(http, f"/hitl/{second['request_id']}")
    old, new = seen["artifacts"][0]["artifact_id"], now["artifacts"][0]["artifact_id"]
    for subject, against in ((seen["subject_hash"], f"?against={old}"), ("0" * 64, "")):  # a stale tab; a forged hash
        answer = await respond(http, second["request_id"], "approve", subject_hash=subject)
        problem = assert_problem(answer, 409, "Read it again")
        assert (problem["code"], problem["subject_hash"]) == ("stale", now["subject_hash"])
        assert problem["request"] == {"request_id": second["request_id"], "status": "pending"}
        assert problem["diff"] == f"{V1}/artifacts/{new}/diff{against}"
        found = await http.get(problem["diff"])
        assert found.status_code == 200, found.text
        difference = found.json()
        assert (difference["from"]["artifact_id"], difference["to"]["artifact_id"]) == (old, new)
    assert (await get(http, f"/hitl/{second['request_id']}"))["history"] == []
    for malformed in ("", "0" * 63, "g" * 64, 1):
        assert_problem(
            await respond(http, second["request_id"], "approve", subject_hash=malformed), 422, "subject_hash"
        )
    await decide(http, second, "approve")


async def test_a_change_is_not_hidden_by_a_copy_that_somebody_adds(http: httpx2.AsyncClient) -> None:
    """An operator could else add what the agent will write: the difference to that is empty."""
    project_id = await start(http)
    first = await wait_for_request(http, project_id, round=1)
    shown = (await get(http, f"/hitl/{first['request_id']}"))["contents"][0]
    copy = {"type": shown["type"], "name": shown["name"], "content": "# The next version\n"}
    added = [(await http.post(f"{V1}/projects/{project_id}/artifacts", json=copy)).json() for _ in range(2)]
    assert [one["version"] for one in added] == [2, 3]
    await decide(http, first, "amend", comment="Say who it is for.")
    second = await wait_for_request(http, project_id, round=2)
    (now,) = (await get(http, f"/hitl/{second['request_id']}"))["contents"]
    assert (now["version"], now["previous_id"]) == (4, shown["artifact_id"])
    difference = await get(http, f"/artifacts/{now['artifact_id']}/diff")
    assert difference["from"]["artifact_id"] == shown["artifact_id"]
    between = await get(http, f"/artifacts/{added[1]['artifact_id']}/diff")
    assert between["from"]["artifact_id"] == added[0]["artifact_id"]


async def test_a_subject_that_changes_under_way_is_refused_by_the_worker(
    http: httpx2.AsyncClient, store: Store
) -> None:
    """The API has checked the subject, and then it is another one: the worker's check, under the lock, counts."""
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    shown = await get(http, f"/hitl/{request['request_id']}")
    changed = HITL_REQUEST.update().where(HITL_REQUEST.c.id == request["request_id"]).values(subject_hash="e" * 64)

    async def worker_waits() -> bool:
        async with store.reading() as connection:
            return bool(await connection.scalar(text(WAITING)))

    async with store.writing() as connection:
        await connection.execute(changed)
        sending = asyncio.create_task(
            respond(http, request["request_id"], "approve", subject_hash=shown["subject_hash"])
        )
        await eventually(worker_waits)
    problem = assert_problem(await sending, 409)
    assert (problem["code"], problem["subject_hash"]) == ("stale", "e" * 64)


async def test_a_request_of_an_earlier_version_takes_a_response_without_a_subject(
    http: httpx2.AsyncClient, store: Store
) -> None:
    project_id = await start(http, oversight="medium")
    request = await wait_for_request(http, project_id)
    async with store.reading() as connection:
        changed = HITL_REQUEST.update().where(HITL_REQUEST.c.id == request["request_id"])
        await connection.execute(changed.values(subject_hash=None))
    stale = await respond(http, request["request_id"], "approve", subject_hash="0" * 64)
    assert assert_problem(stale, 409)["code"] == "stale"
    await decide(http, request, "reject", comment="No.", subject_hash=None)
    await wait_for_status(http, project_id, "rejected")
    (decision,) = (await get(http, f"/hitl/{request['request_id']}"))["history"]
    assert (decision["subject_hash"], decision["legacy"], decision["outcome"]) == (None, True, "applied")
    log = (await get(http, f"/projects/{project_id}/events"))["items"]
    (response,) = [each["data"] for each in log if each["event_type"] == "hitl_response"]
    assert response["legacy"] is True
