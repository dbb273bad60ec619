"""Several gates ask about one budget: who raises it twice does so knowingly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from activities.records import Records
from cli.stack.embedded import Servers
from config.settings import Settings
from models.contracts.approvals import Voter
from models.contracts.budget import Budget, BudgetKind, BudgetUnit, Shortage
from models.contracts.enums import ResponseOutcome
from models.contracts.hitl import JudgedResponse
from models.contracts.records import RecordResponsesInput, RequestOutcome
from store import budget_limits
from store.transaction import Store
from tests.activities.first_step import response_to
from tests.api_client import V1, assert_problem, decide, get, respond, start, wait_for_request, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import KEY, MODEL
from tests.crew.model.test_budget_gates import BUILDING, OUTPUT_TOKENS
from tests.crew.model.test_model_delivery import PIPELINES
from tests.provider import Provider, configured
from tests.signing_in import add_person, browser_of

pytestmark = pytest.mark.usefixtures("worker")


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        own = {
            "pipelines_dir": PIPELINES,
            "model_prices": {MODEL: (10.0, 1000.0)},
            "model_output_tokens": OUTPUT_TOKENS,
            "daily_budget": "0.5usd",  # not enough for one call
        }
        yield settings.model_copy(update=own)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(BUILDING, key=KEY) as provider:
        yield provider


async def test_the_day_is_raised_by_who_decides_in_all_projects(
    http: httpx2.AsyncClient, api_url: str, store: Store
) -> None:
    project = await start(http, model=MODEL, pipeline="only-build", budget="100usd")
    waiting = wait_for_request(http, project, "build")
    person = await add_person(api_url, "Paula")
    path = f"{V1}/projects/{project}/members/{person}"
    assert (await http.put(path, json={"roles": ["approver"]})).status_code == 200
    request = (await waiting)["request_id"]
    shown = await get(http, f"/hitl/{request}")
    assert (shown["actions"][0]["key"], shown["actions"][0]["needs"]) == ("raise_budget", "raise_by")
    async with browser_of(api_url, person) as paula:
        shown = await get(paula, f"/hitl/{request}")
        assert (shown["actions"][0]["key"], shown["actions"][0]["needs"]) == ("try_again", None)
        problem = assert_problem(await respond(paula, request, "approve", raise_by="1usd"), 403)
    assert (
        problem["detail"] == "Paula may not raise the budget of the day: that takes the role approver in all projects."
    )

    voter = Voter(principal_id=UUID(person), name="Paula")  # she lost the other role after the API had checked it
    response = await response_to(store, UUID(request), "approve", raise_by=Budget(usd=1), voter=voter)
    judged = JudgedResponse(response=response, outcome=ResponseOutcome.APPLIED)
    batch = RecordResponsesInput(project_id=UUID(project), responses=(judged,))
    assert (await ActivityEnvironment().run(Records(store).record_responses, batch)).refused
    assert (await get(http, "/budgets", limit=1))["day"]["limits"]["usd"] == 0.5


async def test_a_second_raise_of_the_day_is_a_knowing_one(http: httpx2.AsyncClient, store: Store) -> None:
    projects = [await start(http, model=MODEL, pipeline="only-build", budget="100usd") for _ in range(3)]
    requests = [await wait_for_request(http, project, "build") for project in projects]
    assert [(each["shortage"]["kind"], each["shortage"]["limit"]) for each in requests] == [("day", 0.5)] * 3
    first, second, third = (request["request_id"] for request in requests)
    assert (await get(http, f"/hitl/{second}"))["shortage_now"] == requests[1]["shortage"]
    answered = await respond(http, first, "approve", raise_by="20usd")
    assert answered.status_code == 200, answered.text
    await wait_for_status(http, projects[0], "completed")

    seen = (await get(http, f"/hitl/{second}"))["shortage_now"]
    assert (seen["limit"], seen["raised"]) == (20.5, 20)
    assert seen["spent"] > 0
    problem = assert_problem(await respond(http, second, "approve", raise_by="20usd"), 422, "raise_by")
    assert "the budget has been raised to 20.50 USD meanwhile, of which " in problem["detail"]
    assert "Approve without an amount to continue with that, or add raise_from 20.5usd" in problem["detail"]
    await decide(http, requests[1], "approve")
    await wait_for_status(http, projects[1], "completed")

    assert_problem(await respond(http, third, "approve", raise_by="1usd", raise_from="20usd"), 422, "raise_by")
    answered = await respond(http, third, "approve", raise_by="1usd", raise_from="20.5usd")
    assert answered.status_code == 200, answered.text
    await wait_for_status(http, projects[2], "completed")
    assert (await get(http, "/budgets", limit=1))["day"]["limits"]["usd"] == 21.5
    assert (await get(http, f"/hitl/{third}"))["shortage_now"] is None


async def test_of_two_raises_at_once_one_is_refused_and_a_repeated_record_is_not(
    http: httpx2.AsyncClient, store: Store
) -> None:
    """Past the check of the API."""
    scope = "day:2031-02-03"
    lacking = Shortage(kind=BudgetKind.DAY, scope=scope, unit=BudgetUnit.USD, spent=0, reserved=0, limit=0.5, needs=1.0)
    batches = []
    for _ in range(2):
        project = await start(http, pipeline="three-gates")
        request = await wait_for_request(http, project)
        async with store.writing() as connection:
            values = {"id": request["request_id"], "shortage": lacking.model_dump_json()}
            update = "UPDATE hitl_request SET shortage = CAST(:shortage AS jsonb) WHERE id = CAST(:id AS uuid)"
            await connection.execute(text(update), values)
        raised = {"raise_by": Budget(usd=2), "raise_from": Budget(usd=0.5)}
        response = await response_to(store, UUID(request["request_id"]), "approve", **raised)
        judged = JudgedResponse(response=response, outcome=ResponseOutcome.APPLIED)
        batches.append(RecordResponsesInput(project_id=request["project_id"], responses=(judged,)))

    async def record(batch: RecordResponsesInput) -> RequestOutcome:
        return await ActivityEnvironment().run(Records(store).record_responses, batch)

    outcomes = await asyncio.gather(*map(record, batches))
    assert sorted(outcome.refused for outcome in outcomes) == [False, True]
    applied = [outcome.refused for outcome in outcomes].index(False)
    again = await asyncio.gather(*(record(batches[applied]) for _ in range(3)))
    decided = {outcome.response.decision_id for outcome in again if outcome.response}
    assert decided == {batches[applied].responses[0].response.decision_id}
    async with store.reading() as connection:
        found = await budget_limits.get(connection, scope)
    assert found.raised_usd == 2
