"""Responses too early, too late, to a foreign project, or none at all: nothing is applied, and each leaves a trace
where an operator looks."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from models.contracts.hitl import HitlResponse
from models.contracts.pipeline import Pipeline
from store.transaction import Store
from tests.faults.deliveries import V1, Caller, Json
from tests.faults.house import House
from tests.faults.temporal_cli import respond, send
from tests.proving import Proof
from tests.waiting import eventually
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, TWO_STAGES, Script, Story, answer, pipeline
from tests.workflows.lost import request_of
from tests.workflows.malformed import MALFORMED

TWO_GATES = pipeline(PLAN | GATE, BUILD | GATE)
IN_A_HURRY = pipeline(
    PLAN | {"gate": {"expires_in": timedelta(milliseconds=200), "on_expiry": "approve"}}, BUILD | GATE
)
AT_ONCE = 4


class Projects:
    """Begins projects in the house, and looks at them as an operator does: through the API."""

    def __init__(self, house: House, store: Store, caller: Caller) -> None:
        self.house, self.caller = house, caller
        self._store = store

    async def begin(self, stages: Pipeline) -> Story:
        queue = self.house.settings.task_queue
        return await Story.begin(self.house.engine, self._store, queue, Script(), stages)

    async def problems(self, story: Story, number: int) -> list[str]:
        """What the log says of so many problems, once it does."""

        async def look() -> list[str] | None:
            found = (await self.caller.get(f"/projects/{story.id}/events", since=0, limit=200))["items"]
            errors = [each["data"]["message"] for each in found if each["event_type"] == "error"]
            return errors if len(errors) == number else None

        return await eventually(look)

    async def history(self, request_id: object) -> list[Json]:
        found: list[Json] = (await self.caller.get(f"/hitl/{request_id}"))["history"]
        return found

    async def refused(self, request_id: object, status: int) -> None:
        """Respond over HTTP to what takes no response. Nothing comes of it but a line of the API's own log."""
        path = f"/hitl/{request_id}/respond"
        assert (await self.caller.call("POST", path, json={"action": "approve"})).status_code == status

        async def look() -> bool:
            lines = [json.loads(line) for api in self.house.apis for line in self.house.log(api).splitlines()]
            return ("POST", V1 + path, status) in [
                (each.get("method"), each.get("path"), each.get("status")) for each in lines
            ]

        await eventually(look)

    async def approve(self, request_id: object) -> None:
        """Approve a request that is open, which is then all that was ever applied to it."""
        assert (await self.caller.get(f"/hitl/{request_id}"))["status"] == "pending"
        path = f"/hitl/{request_id}/respond"
        assert (await self.caller.call("POST", path, json={"action": "approve"})).status_code in (200, 202)

    async def signal(self, story: Story, response: HitlResponse) -> tuple[int, str]:
        return await respond(self.house, story.handle.id, response)


@pytest.fixture
def begun(house: House, house_store: Store, caller: Caller) -> Projects:
    return Projects(house, house_store, caller)


@pytest.mark.item(13)
async def test_a_response_before_its_request_is_known_is_an_error_in_the_log(begun: Projects, proof: Proof) -> None:
    times = proof.times(full=10, short=1)
    traces = []
    for _ in range(times):
        story = await begun.begin(TWO_GATES)
        plan = await story.request("plan")
        early = answer(request_of(story, "build"), "approve")
        await begun.refused(early.request_id, 404)
        assert (await begun.signal(story, early))[0] == 0
        traces += await begun.problems(story, 1)
        await begun.approve(plan.id)
        build = await story.request("build")
        assert build.id == early.request_id
        assert await begun.history(build.id) == []
        await begun.approve(build.id)
        assert (await story.result()).status == "completed"
        assert [each["outcome"] for each in await begun.history(build.id)] == ["applied"]
    proof.row(
        "a response before its request is known, over HTTP and through Temporal's CLI",
        2 * times,
        "nothing is applied; a trace each",
        f"HTTP: 404, in the API's log; CLI: error events such as: {traces[0]}",
    )


@pytest.mark.item(13)
async def test_a_response_after_its_request_expired_is_superseded(begun: Projects, proof: Proof) -> None:
    times = proof.times(full=10, short=1)
    traces, refusals = [], []
    for _ in range(times):
        story = await begun.begin(IN_A_HURRY)
        build = await story.request("build")
        (plan, _) = await story.requests()
        assert plan.status == "expired"
        await begun.refused(plan.id, 409)
        late = answer(plan, "reject", comment="Too late.")
        assert (await begun.signal(story, late))[0] == 0
        await story.judged(late)
        (kept,) = await begun.history(plan.id)
        assert (kept["decision_id"], kept["outcome"]) == (str(late.decision_id), "superseded")
        traces.append(kept["explanation"])
        await begun.approve(build.id)
        assert (await story.result()).status == "completed"
        code, said = await begun.signal(story, late)  # there is nobody left to tell
        assert code != 0
        refusals.append(said.strip())
        assert len(await begun.history(plan.id)) == 1
    proof.row(
        "a response after its request expired, over HTTP, through Temporal's CLI, and after the project ended",
        3 * times,
        "nothing is applied; a trace each",
        f"HTTP: 409, in the API's log; CLI: superseded in the history: {traces[0]}; ended: the CLI says {refusals[0]}",
    )


@pytest.mark.item(13)
async def test_a_response_to_a_foreign_project_is_an_error_in_the_log(begun: Projects, proof: Proof) -> None:
    times = proof.times(full=10, short=1)
    traces = []
    for _ in range(times):
        mine, theirs = await begun.begin(TWO_STAGES), await begun.begin(TWO_STAGES)
        requests = await mine.request("plan"), await theirs.request("plan")
        assert (await begun.signal(mine, answer(requests[1], "reject", comment="Not mine.")))[0] == 0
        traces += await begun.problems(mine, 1)
        assert str(requests[1].id) in traces[-1]
        for story, request in zip((mine, theirs), requests, strict=True):
            assert await begun.history(request.id) == []
            await begun.approve(request.id)
            assert (await story.result()).status == "completed"
    proof.row(
        "a response sent to another project than its request's, through Temporal's CLI",
        times,
        "nothing is applied; a trace each",
        f"error events such as: {traces[0]}",
    )


@pytest.mark.item(13)
async def test_what_is_no_response_is_an_error_in_the_log(begun: Projects, proof: Proof) -> None:
    names = sorted(MALFORMED)
    kinds = proof.random.sample(names, proof.times(full=len(names), short=8)) * proof.times(full=3, short=1)
    story = await begun.begin(TWO_STAGES)
    request = await story.request("plan")
    turns = asyncio.Semaphore(AT_ONCE)
    refused: list[str] = []

    async def malformed(kind: str) -> None:
        async with turns:
            code, said = await send(begun.house, story.handle.id, MALFORMED[kind])
        if code:
            assert "is not valid JSON" in said, f"{kind}: {said}"
            refused.append(kind)

    await asyncio.gather(*map(malformed, kinds))
    traces = await begun.problems(story, len(kinds) - len(refused))
    assert await begun.history(request.id) == []
    await begun.approve(request.id)
    assert (await story.result()).status == "completed"
    assert [each["outcome"] for each in await begun.history(request.id)] == ["applied"]
    proof.row(
        f"{len(set(kinds))} kinds of malformed responses, through Temporal's CLI",
        len(kinds),
        "nothing is applied; a trace each",
        f"{len(traces)} error events, such as: {traces[0][:60]}...; {len(refused)} refused by the CLI itself",
    )
    assert all("Unreadable response" in trace for trace in traces)
