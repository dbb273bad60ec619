"""Responses that are too early, too late, malformed or sent to the wrong project: none is applied, and each leaves a
trace for the operator."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.contracts.hitl import HitlResponse
from models.contracts.pipeline import Pipeline
from store import signatures
from store.transaction import Store
from tests.faults.deliveries import V1, Caller, Json
from tests.faults.fault_stack import FaultStack
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
SOMEBODYS = Ed25519PrivateKey.generate()


class Projects:
    """Starts projects on the stack and reads them through the API, as an operator does."""

    def __init__(self, stack: FaultStack, store: Store, caller: Caller) -> None:
        self.stack, self.caller = stack, caller
        self._store = store

    async def start(self, stages: Pipeline) -> Story:
        queue = self.stack.settings.task_queue
        return await Story.begin(self.stack.temporal_client, self._store, queue, Script(), stages)

    async def problems(self, story: Story, number: int) -> list[str]:
        """Wait until the log has `number` errors and return their messages."""

        async def errors_in_log() -> list[str] | None:
            found = (await self.caller.get(f"/projects/{story.id}/events", since=0, limit=200))["items"]
            errors = [each["data"]["message"] for each in found if each["event_type"] == "error"]
            return errors if len(errors) == number else None

        return await eventually(errors_in_log)

    async def history(self, request_id: object) -> list[Json]:
        found: list[Json] = (await self.caller.get(f"/hitl/{request_id}"))["history"]
        return found

    async def respond_in_vain(self, request_id: object, status: int) -> None:
        """Respond over HTTP to a request that takes no response; check the status and the line in the API's log."""
        path = f"/hitl/{request_id}/respond"
        assert (await self.caller.call("POST", path, json={"action": "approve"})).status_code == status

        async def is_logged() -> bool:
            lines = [json.loads(line) for api in self.stack.apis for line in self.stack.log(api).splitlines()]
            return ("POST", V1 + path, status) in [
                (each.get("method"), each.get("path"), each.get("status")) for each in lines
            ]

        await eventually(is_logged)

    async def approve(self, request_id: object) -> None:
        """Approve an open request."""
        asked = await self.caller.get(f"/hitl/{request_id}")
        assert asked["status"] == "pending"
        body = {"action": "approve", "subject_hash": asked["subject_hash"]}
        assert (await self.caller.call("POST", f"/hitl/{request_id}/respond", json=body)).status_code in (200, 202)

    async def signal(self, story: Story, response: HitlResponse) -> tuple[int, str]:
        return await respond(self.stack, story.handle.id, response)


@pytest.fixture
def projects(stack: FaultStack, stack_store: Store, caller: Caller) -> Projects:
    return Projects(stack, stack_store, caller)


@pytest.mark.item(13)
async def test_a_signal_through_temporals_command_line_decides_nothing(projects: Projects, proof: Proof) -> None:
    story = await projects.start(TWO_GATES)
    request = await story.request("plan")
    genuine = answer(request, "approve")
    stolen = genuine.model_copy(update={"responder": "Ana"})
    for forged in (genuine.model_copy(update={"signature": None}), signatures.sign(genuine, SOMEBODYS), stolen):
        code, output = await projects.signal(story, forged)
        assert code == 0, output
    problems = await projects.problems(story, 3)
    assert all("was not applied" in problem for problem in problems)
    assert await projects.history(request.id) == []
    proof.row(
        "approve through Temporal's CLI: not signed, signed by somebody, with another name than was signed",
        len(problems),
        "nothing is decided; an `error` event each",
        f"the request is still open; {problems[0]}",
    )
    await projects.approve(request.id)
    assert (await story.request("build")).status == "pending"


@pytest.mark.item(13)
async def test_a_response_before_its_request_exists_is_an_error_event(projects: Projects, proof: Proof) -> None:
    times = proof.times(full=10, short=1)
    traces = []
    for _ in range(times):
        story = await projects.start(TWO_GATES)
        plan = await story.request("plan")
        early = answer(request_of(story, "build"), "approve")
        await projects.respond_in_vain(early.request_id, 404)
        assert (await projects.signal(story, early))[0] == 0
        traces += await projects.problems(story, 1)
        await projects.approve(plan.id)
        build = await story.request("build")
        assert build.id == early.request_id
        assert await projects.history(build.id) == []
        await projects.approve(build.id)
        assert (await story.result()).status == "completed"
        assert [each["outcome"] for each in await projects.history(build.id)] == ["applied"]
    proof.row(
        "respond before the request exists, over HTTP and with Temporal's CLI",
        2 * times,
        "not applied, but each leaves a trace",
        f"HTTP: 404, in the API's log; CLI: error events such as: {traces[0]}",
    )


@pytest.mark.item(13)
async def test_a_response_after_its_request_expired_is_superseded(projects: Projects, proof: Proof) -> None:
    times = proof.times(full=10, short=1)
    traces, refusals = [], []
    for _ in range(times):
        story = await projects.start(IN_A_HURRY)
        build = await story.request("build")
        (plan, _) = await story.requests()
        assert plan.status == "expired"
        await projects.respond_in_vain(plan.id, 409)
        late = answer(plan, "reject", comment="Too late.")
        assert (await projects.signal(story, late))[0] == 0
        await story.judged(late)
        (kept,) = await projects.history(plan.id)
        assert (kept["decision_id"], kept["outcome"]) == (str(late.decision_id), "superseded")
        traces.append(kept["explanation"])
        await projects.approve(build.id)
        assert (await story.result()).status == "completed"
        code, output = await projects.signal(story, late)  # the workflow has ended
        assert code != 0
        refusals.append(output.strip())
        assert len(await projects.history(plan.id)) == 1
    proof.row(
        "respond after the request expired, over HTTP, with Temporal's CLI, and after the project ended",
        3 * times,
        "not applied, but each leaves a trace",
        f"HTTP: 409, in the API's log; CLI: superseded in the history: {traces[0]}; ended: CLI prints {refusals[0]}",
    )


@pytest.mark.item(13)
async def test_a_response_to_the_wrong_project_is_an_error_event(projects: Projects, proof: Proof) -> None:
    times = proof.times(full=10, short=1)
    traces = []
    for _ in range(times):
        mine, theirs = await projects.start(TWO_STAGES), await projects.start(TWO_STAGES)
        requests = await mine.request("plan"), await theirs.request("plan")
        assert (await projects.signal(mine, answer(requests[1], "reject", comment="Not mine.")))[0] == 0
        traces += await projects.problems(mine, 1)
        assert str(requests[1].id) in traces[-1]
        for story, request in zip((mine, theirs), requests, strict=True):
            assert await projects.history(request.id) == []
            await projects.approve(request.id)
            assert (await story.result()).status == "completed"
    proof.row(
        "send a response to the wrong project with Temporal's CLI",
        times,
        "not applied, but each leaves a trace",
        f"error events such as: {traces[0]}",
    )


@pytest.mark.item(13)
async def test_a_malformed_response_is_an_error_event(projects: Projects, proof: Proof) -> None:
    names = sorted(MALFORMED)
    kinds = proof.random.sample(names, proof.times(full=len(names), short=8)) * proof.times(full=3, short=1)
    story = await projects.start(TWO_STAGES)
    request = await story.request("plan")
    turns = asyncio.Semaphore(AT_ONCE)
    refused: list[str] = []

    async def malformed(kind: str) -> None:
        async with turns:
            code, output = await send(projects.stack, story.handle.id, MALFORMED[kind])
        if code:
            assert "is not valid JSON" in output, f"{kind}: {output}"
            refused.append(kind)

    await asyncio.gather(*map(malformed, kinds))
    traces = await projects.problems(story, len(kinds) - len(refused))
    assert await projects.history(request.id) == []
    await projects.approve(request.id)
    assert (await story.result()).status == "completed"
    assert [each["outcome"] for each in await projects.history(request.id)] == ["applied"]
    proof.row(
        f"{len(set(kinds))} kinds of malformed responses with Temporal's CLI",
        len(kinds),
        "not applied, but each leaves a trace",
        f"{len(traces)} error events, such as: {traces[0][:60]}...; {len(refused)} refused by the CLI itself",
    )
    assert all("Unreadable response" in trace for trace in traces)
