"""The shapes of projects whose histories are recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.client import WorkflowFailureError, WorkflowHandle
from uuid_utils.compat import uuid7

from crew.protocol import AgentError
from models.contracts.enums import EventType, Oversight
from models.contracts.handoff import Handoff
from models.contracts.names import BuiltInRole
from models.contracts.stops import StopTarget
from models.tables import HITL_REQUEST
from store import tasks
from tests.activities.stops_under_test import release, stop
from tests.workflows.crew_under_test import (
    BUILD,
    GATE,
    PLAN,
    Held,
    Script,
    Story,
    answer,
    fails_its_verdict,
    later_deadline,
    passes_its_verdict,
    pipeline,
    raises,
    works,
)
from tests.workflows.lost import lost_judgement, lost_step, request_of
from workflows.client import handoff_handle, start_handoff, task_workflow_id

DESIGN = {"name": "design", "agent": "architect", "consumes": ["project_plan"], "produces": ["system_architecture"]}
VALIDATE = {
    "name": "validate",
    "agent": "tester",
    "consumes": ["source_code"],
    "produces": ["test_results"],
    "rework": {"to": "build", "max_rounds": 1},
}
THREE = pipeline(PLAN | GATE, DESIGN | GATE, BUILD)
BROKEN = raises(AgentError("The model is away.", retryable=False))

Begin = Callable[..., Awaitable[Story]]


async def approve(begin: Begin, script: Script) -> None:
    story = await begin(THREE)
    for stage in ("plan", "design"):
        await story.respond(await story.request(stage), "approve")
    await story.result()


async def amend(begin: Begin, script: Script) -> None:
    story = await begin(THREE)
    await story.respond(await story.request("plan"), "amend", content_hash=await story.supply("a better plan"))
    await story.respond(await story.request("design"), "amend", comment="Smaller.")
    await story.respond(await story.request("design", round=2), "approve")
    await story.result()


async def reject(begin: Begin, script: Script) -> None:
    story = await begin(pipeline(PLAN | GATE, DESIGN | GATE | {"consumes": ["user_input"]}))
    await story.request("design")
    await story.respond(await story.request("plan"), "reject", comment="No.")
    await story.result()


async def expiry(begin: Begin, script: Script) -> None:
    story = await begin(pipeline(PLAN | {"gate": {"expires_in": "1s", "on_expiry": "approve"}}, DESIGN))
    await story.result()


async def halted(begin: Begin, script: Script) -> None:
    story = await begin(pipeline(PLAN | {"gate": {"expires_in": "1s"}}))
    try:
        await story.result()
    except WorkflowFailureError:
        return


async def rework(begin: Begin, script: Script) -> None:
    document = {"name": "document", "agent": "architect", "consumes": ["source_code"], "produces": ["deployment_log"]}
    script.on("validate", fails_its_verdict, fails_its_verdict, passes_its_verdict)
    story = await begin(pipeline(BUILD | {"consumes": ["user_input"]}, VALIDATE, document | GATE))
    await story.respond(await story.request("validate", round=2), "amend", comment="Once more.")
    await story.respond(await story.request("document", round=3), "approve")
    await story.result()


async def redo(begin: Begin, script: Script) -> None:
    """To a stage beside the one that failed, and then to one that every other depends on."""
    check = {"name": "check", "agent": "tester", "consumes": ["project_plan"], "produces": ["acceptance_tests"]}
    validate = VALIDATE | {"consumes": ["source_code", "acceptance_tests"], **GATE}
    script.on("validate", fails_its_verdict, passes_its_verdict)
    script.on("build", works, BROKEN, works)
    story = await begin(pipeline(PLAN, check, BUILD, validate))
    await story.respond(await story.request("build", round=2), "amend", comment="The test is wrong.", redo="check")
    await story.respond(await story.request("validate", round=2), "amend", comment="Smaller.", redo="plan")
    await story.respond(await story.request("validate", round=3), "approve")
    await story.result()


async def parallel(begin: Begin, script: Script) -> None:
    launch = {"name": "launch", "agent": "deployer", "consumes": ["source_code", "system_architecture"]}
    story = await begin(pipeline(PLAN, DESIGN | GATE, BUILD | GATE, launch | {"produces": ["deployment_log"]}))
    requests = [await story.request(stage) for stage in ("design", "build")]
    await asyncio.gather(*(story.respond(one, "approve") for one in requests))
    await story.result()


async def failed_step(begin: Begin, script: Script) -> None:
    script.on("plan", BROKEN, BROKEN, works)
    script.on("design", BROKEN)
    story = await begin(pipeline(PLAN, DESIGN))
    await story.respond(await story.request("plan"), "approve")
    await story.respond(await story.request("plan", round=2), "amend", comment="Mind the gap.")
    await story.respond(await story.request("design"), "amend", content_hash=await story.supply("my own"))
    await story.result()


async def pause(begin: Begin, script: Script) -> None:
    story = await begin(THREE)
    request = await story.request("plan")
    await story.handle.signal("pause")
    await story.status("paused")
    await story.respond(request, "approve")
    await story.event(EventType.HITL_RESPONSE)
    await story.handle.signal("resume")
    await story.respond(await story.request("design"), "approve")
    await story.result()


async def cancel_at_a_gate(begin: Begin, script: Script) -> None:
    story = await begin(THREE)
    await story.request("plan")
    await cancel(story)


async def cancel_in_a_step(begin: Begin, script: Script) -> None:
    held = Held()
    script.on("plan", held)
    story = await begin(THREE)
    await held.begun.wait()
    await cancel(story)


async def cancel(story: Story) -> None:
    await story.handle.cancel()
    try:
        await story.result()
    except WorkflowFailureError:
        return


async def hostile(begin: Begin, script: Script) -> None:
    story = await begin(THREE)
    request = await story.request("plan")
    await story.handle.signal("respond", "yes")
    await story.handle.signal("respond")
    await story.respond(uuid7(), "approve")
    await story.respond(request, "amend", content_hash="0" * 64)
    await story.event(EventType.ERROR, 3)
    await asyncio.gather(*(story.respond(request, "approve") for _ in range(5)))
    await story.respond(await story.request("design"), "approve")
    await story.respond(request, "reject", comment="too late")
    await story.result()


async def ahead(begin: Begin, script: Script) -> None:
    held = Held()
    script.on("plan", held)
    story = await begin(pipeline(PLAN, DESIGN | GATE))
    await held.begun.wait()
    await story.respond(request_of(story, "design"), "reject", comment="Nobody asked.")
    await story.event(EventType.ERROR)
    first = await story.respond(await lost_step(story, "design"), "amend", comment="Again.")
    await lost_judgement(story, first)
    await story.respond(await lost_step(story, "design", 2), "approve")
    held.let_go.set()
    await story.result()


async def continued(begin: Begin, script: Script) -> None:
    aside = {"name": "aside", "agent": "analyst", "produces": ["test_results"], **GATE}
    story = await begin(pipeline(aside, PLAN, DESIGN, BUILD))
    request = await story.request("aside")
    await story.event(EventType.TASK_COMPLETED, 4)
    await story.respond(request, "amend", comment="again")
    await story.respond(await story.request("aside", round=2), "approve")
    await story.result()


async def stopped(begin: Begin, script: Script) -> None:
    held = Held()
    script.on("plan", held, held, works)
    story = await begin(pipeline(PLAN | GATE))
    await held.begun.wait()
    everything = await stop(story.store)
    await held.cancelled.wait()
    held.begun.clear()
    await release(story.store, everything.id)
    await held.begun.wait()
    (task,) = await story.tasks()
    await stop(story.store, StopTarget(project_id=story.id, task_id=task.id))
    await story.respond(await story.request("plan"), "amend", comment="Shorter.")
    await story.respond(await story.request("plan", round=2), "approve")
    await story.result()


async def extended(begin: Begin, script: Script) -> None:
    story = await begin(THREE)
    request = await story.request("plan")
    later = later_deadline(request)
    for _ in range(2):
        await story.handle.signal("extend", later)
    await story.event(EventType.HITL_EXTENDED)
    await story.handle.signal("extend", "tomorrow")
    await story.event(EventType.ERROR)
    await story.respond(request, "approve")
    await story.respond(await story.request("design"), "approve")
    await story.result()


async def checkpoint(begin: Begin, script: Script) -> None:
    story = await begin(pipeline(PLAN | GATE, DESIGN | GATE), Oversight.LOW, checkpoint_after=1)
    await story.respond(await story.request("design"), "approve")
    await story.result()


async def bound(begin: Begin, script: Script) -> None:
    """Responses that no API has signed, or that are about another subject."""
    story = await begin(pipeline(PLAN | GATE))
    request = await story.request("plan")
    forged = answer(request, "approve").model_copy(update={"signature": None})
    await story.handle.signal("respond", forged)
    await story.event(EventType.ERROR)
    await story.judged(await story.respond(request, "approve", subject_hash="0" * 64))
    await story.respond(request, "approve")
    await story.result()


async def disputed(begin: Begin, script: Script) -> None:
    """A forged response with the decision id of a genuine one, both behind a response that is being recorded."""
    story = await begin(pipeline(PLAN | GATE))
    request = await story.request("plan")
    genuine = answer(request, "approve")
    async with story.store.writing() as connection:
        locked = HITL_REQUEST.update().where(HITL_REQUEST.c.id == request.id)
        await connection.execute(locked.values(question=request.question))
        await story.respond(request, "approve", subject_hash="0" * 64)
        for response in (genuine.model_copy(update={"signature": None}), genuine):
            await story.handle.signal("respond", response)
    await story.result()


async def alone(begin: Begin, script: Script, oversight: Oversight | None = None) -> WorkflowHandle[Any, Any]:
    story = await begin(pipeline(PLAN), oversight)
    await story.result()
    task_id = uuid7()
    async with story.store.transaction(story.id) as tx:
        given = Handoff(to_agent=BuiltInRole.CODER, phase="task", instructions="Do.")
        await tasks.submit(tx, task_id, task_workflow_id(task_id), given)
    async with story.store.reading() as connection:
        task = await tasks.get(connection, task_id)
        assert task is not None
        await start_handoff(story.client, story.task_queue, await tasks.input_of(connection, task))
    handle: WorkflowHandle[Any, Any] = handoff_handle(story.client, task_workflow_id(task_id))
    if oversight:
        await handle.signal("respond", answer(await story.request("task"), "amend", comment="More."))
        await handle.signal("respond", answer(await story.request("task", round=2), "approve"))
    await handle.result()
    return handle


async def asks(begin: Begin, script: Script) -> WorkflowHandle[Any, Any]:
    return await alone(begin, script, Oversight.HIGH)


SHAPES = [
    *(approve, amend, reject, expiry, halted, rework, redo, parallel, failed_step, pause),
    *(cancel_at_a_gate, cancel_in_a_step, hostile, ahead, continued, stopped, checkpoint, extended, bound, disputed),
]
