"""What the step of an open request consumed is replaced: the request asks again, and a response to what was shown
before is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text

from config.settings import Settings
from models.tables import HITL_REQUEST
from store import replacements
from store.transaction import Store
from tests.api_client import V1, Json, assert_problem, decide, get, respond, start, wait_for_request, wait_for_status
from tests.pipeline_files import with_pipelines
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

PIPELINE = """
stages:
  - {name: plan, agent: analyst, consumes: [user_input], produces: [project_plan], gate: {ask: never}}
  - {name: specify, agent: analyst, consumes: [project_plan], produces: [software_specification], gate: {}}
  - {name: design, agent: architect, consumes: [project_plan, software_specification], produces: [system_architecture]}
"""
RULES = {"type": "user_input", "name": "house rules"}


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return with_pipelines(settings, tmp_path_factory, {"short": PIPELINE})


@pytest_asyncio.fixture
async def project(http: httpx2.AsyncClient) -> AsyncIterator[str]:
    """A project that asks about its specification."""
    project_id = await start(http, pipeline="short")
    await wait_for_request(http, project_id, "specify")
    yield project_id


async def write_plan(http: httpx2.AsyncClient, project_id: str) -> str:
    """Let a task outside the pipeline write another plan, and return its result."""
    given = {"agent_type": "architect", "instructions": "Say it in fewer words."}
    task_id = (await http.post(f"{V1}/projects/{project_id}/tasks", json=given)).json()["task_id"]

    async def written() -> Json | None:
        found = (await get(http, f"/projects/{project_id}/artifacts", type="agent_output"))["items"]
        return next((one for one in found if one["task_id"] == task_id and one["accepted_at"]), None)

    return str((await eventually(written))["artifact_id"])


async def accept(http: httpx2.AsyncClient, project_id: str, result: str, **fields: Any) -> Json:
    given = {"artifact_id": result, "as_type": "project_plan", "given_by": "Ana"} | fields
    answer = await http.post(f"{V1}/projects/{project_id}/context", json=given)
    assert answer.status_code == 201, answer.text
    accepted: Json = answer.json()
    return accepted


async def give_rules(http: httpx2.AsyncClient, project_id: str, content: str) -> Json:
    given = RULES | {"content": content, "give": True, "given_by": "Ana"}
    answer = await http.post(f"{V1}/projects/{project_id}/artifacts", json=given)
    assert answer.status_code == 201, answer.text
    rules: Json = answer.json()
    return rules


async def test_a_request_asks_anew_when_what_its_step_consumed_is_replaced(
    http: httpx2.AsyncClient, project: str
) -> None:
    before = await wait_for_request(http, project)
    consumed = (await get(http, f"/hitl/{before['request_id']}"))["task"]["context"]
    plan = next(each["artifact_id"] for each in consumed if each["type"] == "project_plan")
    accepted = await accept(http, project, await write_plan(http, project))
    newer = accepted["artifact"]["artifact_id"]
    after = await wait_for_request(http, project)
    assert after["subject_hash"] not in (None, before["subject_hash"])
    same = ("request_id", "expires_at", "created_at", "artifacts", "question", "round")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    (replaced,) = after["replaced"]
    assert (replaced["artifact_id"], replaced["replaced_by"], replaced["by"]) == (plan, newer, "Ana")
    assert replaced["principal_id"]
    log = (await get(http, f"/projects/{project}/events", limit=200))["items"]
    again = [each["data"] for each in log if each["event_type"] == "hitl_request"][-1]
    assert (again["supersedes"], again["subject_hash"]) == (before["subject_hash"], after["subject_hash"])
    assert again["principal_id"] == replaced["principal_id"]
    stale = await respond(http, before["request_id"], "approve", subject_hash=before["subject_hash"])
    problem = assert_problem(stale, 409, "Ana has replaced")
    assert (problem["code"], problem["subject_hash"]) == ("stale", after["subject_hash"])
    assert problem["diff"] == f"{V1}/artifacts/{newer}/diff?against={plan}"
    assert (await http.get(problem["diff"])).status_code == 200
    await decide(http, after, "approve")
    await wait_for_status(http, project, "completed")


async def test_what_is_withdrawn_is_read_again_and_asks_anew_again(http: httpx2.AsyncClient, project: str) -> None:
    hashes = [(await wait_for_request(http, project))["subject_hash"]]
    accepted = await accept(http, project, await write_plan(http, project))
    hashes.append((await wait_for_request(http, project))["subject_hash"])
    withdrawn = await http.post(f"{V1}/projects/{project}/context/{accepted['context_id']}/withdraw", json={})
    assert withdrawn.status_code == 200, withdrawn.text
    request = await wait_for_request(http, project)
    first, second = (await get(http, f"/hitl/{request['request_id']}"))["replaced"]
    assert request["replaced"] == [second]  # in a list
    assert second["replaced_by"] == second["artifact_id"] == first["artifact_id"]
    hashes.append(request["subject_hash"])
    assert len(set(hashes)) == len(hashes)
    diffs = [
        assert_problem(await respond(http, request["request_id"], "approve", subject_hash=seen), 409)["diff"]
        for seen in hashes[:-1]
    ]
    plan, newer = first["artifact_id"], first["replaced_by"]
    assert diffs == [f"{V1}/artifacts/{plan}/diff?against={other}" for other in (plan, newer)]


async def test_only_what_was_consumed_counts(http: httpx2.AsyncClient) -> None:
    project = await start(http, pipeline="short")
    before = await wait_for_request(http, project)
    await give_rules(http, project, "# Rules\n")  # new: the step did not read them
    assert (await wait_for_request(http, project))["subject_hash"] == before["subject_hash"]
    await decide(http, before, "amend", comment="Keep to the house rules.")
    redone = await wait_for_request(http, project, round=2)
    assert redone["replaced"] == []
    rules = await give_rules(http, project, "# Rules\n\n- No cookies.\n")
    again = await wait_for_request(http, project, round=2)
    assert again["replaced"][0]["replaced_by"] == rules["artifact_id"]
    assert again["subject_hash"] != redone["subject_hash"]


async def test_a_request_keeps_the_newest_replacements_and_the_last_of_each_input(
    http: httpx2.AsyncClient, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacements, "KEPT", 2)
    await give_rules(http, project, "# Rules\n")
    await decide(http, await wait_for_request(http, project), "amend", comment="Keep to the house rules.")
    request = await wait_for_request(http, project, round=2)
    result = await write_plan(http, project)
    await give_rules(http, project, "# Rules\n\n- No cookies.\n")
    counts = []
    for _ in range(3):
        context = f"{V1}/projects/{project}/context/{(await accept(http, project, result))['context_id']}"
        assert (await http.post(f"{context}/withdraw", json={})).status_code == 200
        replaced = (await get(http, f"/hitl/{request['request_id']}"))["replaced"]
        counts.append((len(replaced), len({each["artifact_id"] for each in replaced})))
    assert counts == [(3, 2)] * 3
    (listed,) = (await get(http, f"/projects/{project}/overview"))["requests"]["items"][-1]["replaced"]
    assert listed == replaced[-1]


async def test_of_an_approval_and_a_replacement_at_once_one_wins(
    http: httpx2.AsyncClient, project: str, store: Store
) -> None:
    """The approval is under way, and waits for the row, when what its step consumed is replaced."""
    request, result = await wait_for_request(http, project), await write_plan(http, project)
    mine = HITL_REQUEST.c.id == request["request_id"]
    async with store.writing() as connection:
        await connection.execute(HITL_REQUEST.update().where(mine).values(round=HITL_REQUEST.c.round))
        replacing = asyncio.create_task(accept(http, project, result))
        await eventually(lambda: waits(store, 1))
        approving = asyncio.create_task(
            respond(http, request["request_id"], "approve", subject_hash=request["subject_hash"])
        )
        await eventually(lambda: waits(store, 2))
    answer, _ = await asyncio.gather(approving, replacing)
    shown = await get(http, f"/hitl/{request['request_id']}")
    (decision,) = shown["history"]
    if answer.status_code == 200:
        assert (shown["status"], decision["outcome"], shown["replaced"]) == ("approved", "applied", [])
    else:
        assert assert_problem(answer, 409)["code"] == "stale"
        assert (shown["status"], decision["outcome"]) == ("pending", "refused")
        assert len(shown["replaced"]) == 1


async def waits(store: Store, count: int) -> bool:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with store.reading() as connection:
        return int((await connection.execute(text(query))).scalar_one()) >= count


async def test_many_replacements_and_approvals_leave_one_truth(http: httpx2.AsyncClient) -> None:
    """Row, log and answers agree, in either order."""
    projects = [await start(http, pipeline="short") for _ in range(6)]
    requests = [await wait_for_request(http, each) for each in projects]
    results = [await write_plan(http, each) for each in projects]

    async def race(place: int) -> None:
        request, project = requests[place], projects[place]
        body = {"artifact_id": results[place], "as_type": "project_plan"}
        seen = {"subject_hash": request["subject_hash"]}
        answer, replaced = await asyncio.gather(
            respond(http, request["request_id"], "approve", **seen),
            http.post(f"{V1}/projects/{project}/context", json=body),
        )
        shown = await get(http, f"/hitl/{request['request_id']}")
        assert replaced.status_code in (201, 409)
        if answer.status_code == 409:
            assert (shown["status"], len(shown["replaced"])) == ("pending", 1)
            await decide(http, shown, "approve")
        else:
            assert (shown["status"], shown["replaced"]) == ("approved", [])
        await wait_for_status(http, project, "completed")

    await asyncio.gather(*(race(place) for place in range(len(projects))))
