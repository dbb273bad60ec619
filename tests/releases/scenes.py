"""The projects of a recorded stack, in every state in which an upgrade may find one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from tests.waiting import eventually

V1 = "/api/v1"
TEXT = "# Guest book\n\nGuests leave a word.\n\n## Requirements\n\n- Guests can sign.\n- Guests can read it.\n"
LONG = "step_seconds: 0.2"
"""Long steps are regular activities. Short ones run as local activities."""

Json = dict[str, Any]


class Stage:
    """Brings projects into a state over REST."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def begin(self, name: str, controls: str = "", pipeline: str = "software-delivery", **more: str) -> str:
        front = f"---\nrehearsal: {{{controls}}}\n---\n" if controls else ""
        given = {"name": name, "description": front + TEXT, "pipeline": pipeline, **more}
        return str((await self._post("/projects/", given))["id"])

    async def request(self, project_id: str, stage: str, round: int = 1) -> str:
        """Wait for the open request of a stage's round. Return its id."""

        async def look() -> str | None:
            answer = await self.http.get(f"{V1}/hitl/project/{project_id}/requests", params={"status": "pending"})
            open = [one for one in answer.json()["items"] if (one["stage"], one["round"]) == (stage, round)]
            return open[0]["request_id"] if open else None

        return await eventually(look)

    async def respond(self, request_id: str, action: str = "approve", **more: str) -> None:
        asked = (await self.http.get(f"{V1}/hitl/{request_id}")).json()
        # Requests of earlier releases have no subject.
        subject = {"subject_hash": asked["subject_hash"]} if asked.get("subject_hash") else {}
        await self._post(f"/hitl/{request_id}/respond", {"action": action, **subject, **more})

    async def approve(self, project_id: str, *stages: str) -> None:
        for stage in stages:
            await self.respond(await self.request(project_id, stage))

    async def ask(self, project_id: str, word: str) -> None:
        await self._post(f"/projects/{project_id}/{word}", None)

    async def status(self, project_id: str, *wanted: str) -> None:
        async def look() -> bool:
            return (await self.http.get(f"{V1}/projects/{project_id}")).json()["status"] in wanted

        await eventually(look)

    async def task(self, project_id: str, agent: str) -> str:
        given = {"agent_type": agent, "instructions": "Look at it once more."}
        return str((await self._post(f"/projects/{project_id}/tasks", given))["task_id"])

    async def task_status(self, task_id: str, wanted: str) -> None:
        async def look() -> bool:
            return bool((await self.http.get(f"{V1}/tasks/{task_id}")).json()["status"] == wanted)

        await eventually(look)

    async def _post(self, path: str, given: Json | None) -> Json:
        answer = await self.http.post(V1 + path, json=given)
        assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"
        found: Json = answer.json()
        return found


async def at_the_first_gate(stage: Stage) -> None:
    for name, controls in (("short", ""), ("long", LONG)):
        await stage.request(await stage.begin(f"at the first gate, {name}", controls), "discovery")


async def at_a_later_gate(stage: Stage) -> None:
    for name, controls in (("short", ""), ("long", LONG)):
        project = await stage.begin(f"at a later gate, {name}", controls)
        await stage.approve(project, "discovery", "plan")
        await stage.request(project, "design")


async def at_two_gates(stage: Stage) -> None:
    controls = "confidence: {design: 0.4}, fail_step: {stage: build, retryable: false}"
    project = await stage.begin("at two gates", controls, "parallel-branches")
    await stage.approve(project, "specify")
    await asyncio.gather(stage.request(project, "design"), stage.request(project, "build"))


async def amended(stage: Stage) -> None:
    project = await stage.begin("amended", LONG)
    await stage.respond(await stage.request(project, "discovery"), "amend", comment="Smaller.")
    request = await stage.request(project, "discovery", 2)
    await stage.respond(request, "amend", content="# My own plan\n\nA guest book.\n")
    await stage.respond(await stage.request(project, "plan"), "amend", comment="Shorter.")
    await stage.request(project, "plan", 2)


async def in_rework(stage: Stage) -> None:
    for name, controls in (("short", ""), ("long", ", step_seconds: 0.2")):
        project = await stage.begin(f"in rework, {name}", "fail_tests_rounds: 9" + controls, "parallel-branches")
        await stage.approve(project, "specify")
        await stage.respond(await stage.request(project, "validate", 3), "amend", comment="Once more.")
        await stage.request(project, "validate", 4)


async def failed_step(stage: Stage) -> None:
    for name, retryable in (("once", "false"), ("three times", "true")):
        controls = f"fail_step: {{stage: build, times: 3, retryable: {retryable}}}"
        await stage.request(await stage.begin(f"failed {name}", controls, "quick-start"), "build")


async def paused(stage: Stage) -> None:
    for name in ("paused at a gate", "paused, and the gate answered", "resumed"):
        project = await stage.begin(name, LONG)
        request = await stage.request(project, "discovery")
        await stage.ask(project, "pause")
        await stage.status(project, "paused")
        if name == "resumed":
            await stage.ask(project, "resume")
            await stage.status(project, "waiting")
        if "answered" in name:
            await stage.respond(request)


async def alone(stage: Stage) -> None:
    project = await stage.begin("with tasks aside", oversight="high")
    await stage.request(project, "discovery")
    for agent in ("coder", "architect"):
        await stage.task_status(await stage.task(project, agent), "waiting_for_hitl")
    other = await stage.begin("with a task done", LONG)
    await stage.task_status(await stage.task(other, "tester"), "completed")
    await stage.request(other, "discovery")


async def ended(stage: Stage) -> None:
    done = [await stage.begin(f"completed, {name}", controls) for name, controls in (("short", ""), ("long", LONG))]
    for project in done:
        await stage.approve(project, "discovery", "plan", "design", "launch")
        await stage.status(project, "completed")
    rejected, cancelled = await stage.begin("rejected"), await stage.begin("cancelled")
    await stage.respond(await stage.request(rejected, "discovery"), "reject", comment="No.")
    await stage.request(cancelled, "discovery")
    await stage.ask(cancelled, "cancel")
    await stage.status(rejected, "rejected")
    await stage.status(cancelled, "cancelled")


async def in_a_step(stage: Stage) -> None:
    project = await stage.begin("in a step", "step_seconds: 5", "quick-start")

    async def begun() -> bool:
        return bool((await stage.http.get(f"{V1}/projects/{project}/status")).json()["tasks"])

    await eventually(begun)


SCENES: tuple[Callable[[Stage], Awaitable[None]], ...] = (
    *(at_the_first_gate, at_a_later_gate, at_two_gates, amended, in_rework, failed_step, paused, alone, ended),
)


async def without_a_worker(stage: Stage) -> Callable[[], Awaitable[None]]:
    """Prepare the calls to make while no worker runs. Return a function that makes them."""
    answered, held = await stage.begin("answered without a worker", LONG), await stage.begin("paused without a worker")
    request = await stage.request(answered, "discovery")
    await stage.request(held, "discovery")

    async def ask() -> None:
        await stage.begin("begun without a worker")
        await stage.respond(request)
        await stage.ask(held, "pause")

    return ask
