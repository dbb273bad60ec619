"""A project or task without its workflow can be restarted from its records, or ended."""

from __future__ import annotations

import asyncio

import pytest

from models.contracts.enums import EventType, Oversight
from tests.api_client import respond
from tests.waiting import eventually
from tests.worker.lost_workflows import V1, lose, post
from tests.worker.reconciler.lost_projects import DESIGN, VALIDATE, Lost
from tests.workflows.crew_under_test import (
    BUILD,
    GATE,
    PLAN,
    Held,
    fails_its_verdict,
    passes_its_verdict,
    raises,
    works,
)

pytestmark = pytest.mark.long


async def test_a_waiting_project_is_restarted_from_its_records(lost: Lost) -> None:
    """At the gate of a second round: the first round is kept, and so is the request."""
    story = await lost.begin(PLAN | GATE, BUILD)
    first = await story.request("plan")
    await story.respond(first, "amend", comment="Shorter.")
    request = await story.request("plan", round=2)
    before = [(one.type, one.version, one.content_hash) for one in await story.artifacts()]

    await lose(lost.temporal, story.handle.id)
    for call in ("pause", "cancel"):
        refused = await lost.http.post(f"{V1}/projects/{story.id}/{call}")
        assert (refused.status_code, "from its records" in refused.text) == (409, True), refused.text
    refused = await respond(lost.http, str(request.id), "approve")
    assert (refused.status_code, "from its records" in refused.text) == (409, True)
    await lost.reported(story, "missing", detail="Temporal has no such workflow.")
    shown = (await lost.http.get(f"{V1}/projects/{story.id}")).json()
    assert shown["workflow_problem"]["kind"] == "missing"
    health = (await lost.http.get("/health/detailed")).json()
    assert health["status"] == "degraded"
    assert health["workflows"]["missing"] >= 1
    assert (await lost.http.get("/health/ready")).status_code == 200

    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    assert await post(lost.http, f"/projects/{story.id}/restart") == 409  # it is running
    assert await post(lost.http, f"/projects/{story.id}/end") == 409
    assert story.handle.id not in await lost.look()
    assert (await lost.http.get(f"{V1}/projects/{story.id}")).json()["workflow_problem"] is None
    assert [(one.type, one.version, one.content_hash) for one in await story.artifacts()] == before
    await story.respond(request, "approve")
    await lost.completed(story)
    assert [one.round for one in await story.tasks("plan")] == [1, 2]
    assert (await story.project()).generation == 1


async def test_running_steps_run_again_as_the_same_task(lost: Lost) -> None:
    """Two concurrent steps, one of them at its gate, and one that a rework sent back with the report as feedback."""
    held, again = Held(), Held()
    sides = await lost.begin(PLAN | GATE, DESIGN, design=[held, works])
    rework = await lost.begin(
        PLAN, BUILD, VALIDATE, build=[works, again, works], validate=[fails_its_verdict, passes_its_verdict]
    )
    request = await sides.request("plan")
    await asyncio.gather(held.begun.wait(), again.begun.wait())
    told = rework.script.assignments["build"][-1]
    ids = {one.id for story in (sides, rework) for one in await story.tasks()}
    for story in (sides, rework):
        await lost.restart(story)
    await sides.respond(request, "approve")
    for story in (sides, rework):
        await lost.completed(story)
    assert {one.id for one in await sides.tasks()} <= ids
    assert [(one.stage, one.round) for one in await rework.tasks()] == [
        ("plan", 1), ("build", 1), ("validate", 1), ("build", 2), ("validate", 2)
    ]  # fmt: skip
    repeated = rework.script.assignments["build"][-1]
    assert repeated.feedback == told.feedback
    assert repeated.feedback
    assert [one.artifact_id for one in repeated.inputs] == [one.artifact_id for one in told.inputs]
    held.let_go.set()
    again.let_go.set()


async def test_a_pause_survives_a_restart(lost: Lost) -> None:
    """A verdict has sent the work back and no step may start, so the rework is not in the database yet."""
    held = Held(then=fails_its_verdict)
    story = await lost.begin(PLAN, BUILD, VALIDATE, validate=[held, passes_its_verdict])
    await held.begun.wait()
    assert await post(lost.http, f"/projects/{story.id}/pause") == 202
    await story.status("paused")
    held.let_go.set()
    await story.event(EventType.TASK_COMPLETED, 3)
    await lost.restart(story)
    assert (await story.project()).status == "paused"

    async def is_paused() -> bool:
        return bool((await story.handle.query("state"))["status"] == "paused")

    await eventually(is_paused)
    assert await post(lost.http, f"/projects/{story.id}/resume") == 202
    await lost.completed(story)
    last = story.script.assignments["build"][-1]
    assert (last.round, last.feedback is not None) == (2, True)
    assert "test_results" in {one.type for one in last.inputs}


async def test_requests_about_failures_survive_a_restart(lost: Lost) -> None:
    step = await lost.begin(PLAN | {"attempts": 1}, BUILD, plan=[raises(ValueError("no")), works])
    verdict = await lost.begin(
        PLAN, BUILD, VALIDATE, validate=[fails_its_verdict, fails_its_verdict, passes_its_verdict]
    )
    failed, judged = await step.request("plan"), await verdict.request("validate", round=2)
    for story in (step, verdict):
        await lost.restart(story)
    await step.respond(failed, "approve")
    await verdict.respond(judged, "amend", comment="Look at the numbers.")
    for story in (step, verdict):
        await lost.completed(story)
    assert verdict.script.assignments["build"][-1].feedback == "Look at the numbers."


async def test_work_that_a_person_sent_to_an_earlier_stage_survives_a_restart(lost: Lost) -> None:
    """Lost while that stage runs again; the stage that failed keeps its earlier result."""
    check = {"name": "check", "agent": "tester", "produces": ["acceptance_tests"]}
    validate = VALIDATE | {"consumes": ["source_code", "acceptance_tests"]}
    held = Held()
    story = await lost.begin(
        check, PLAN, BUILD | {"attempts": 1}, validate,
        check=[works, held, works],
        build=[works, raises(ValueError("The test is wrong."))],
        validate=[fails_its_verdict, passes_its_verdict],
    )  # fmt: skip
    await story.respond(await story.request("build", round=2), "amend", comment="It is.", redo="check")
    await held.begun.wait()
    await lost.restart(story)
    await lost.completed(story)
    repeated = story.script.assignments["check"][-1]
    assert (repeated.round, repeated.feedback) == (2, "It is.")
    assert "test_results" in {one.type for one in repeated.inputs}
    assert [one.round for one in await story.tasks("build")] == [1, 2]
    held.let_go.set()


async def test_a_standalone_task_can_be_restarted_or_ended(lost: Lost) -> None:
    """One at its gate is restarted, and one that is working is ended. The pipeline's tasks belong to the project."""
    held = Held()
    story = await lost.begin(PLAN | GATE, oversight=Oversight.HIGH)
    request = await story.request("plan")
    given = {"agent_type": "analyst", "instructions": "List the risks."}
    asks = (await lost.http.post(f"{V1}/projects/{story.id}/tasks", json=given)).json()
    asked = await story.request("task")
    story.script.on("task", held)
    works_on = (await lost.http.post(f"{V1}/projects/{story.id}/tasks", json=given)).json()
    await held.begun.wait()
    await lose(lost.temporal, asks["workflow_id"], works_on["workflow_id"])
    for one in (asks, works_on):
        found = await lost.reported(story, "missing", workflow_id=one["workflow_id"])
        assert found["task_id"] == one["task_id"]
    assert await post(lost.http, f"/tasks/{request.task_id}/restart") == 409
    assert await post(lost.http, f"/tasks/{asks['task_id']}/restart") == 202
    assert await post(lost.http, f"/tasks/{works_on['task_id']}/end") == 202
    for one in (asked, request):
        answered = await respond(lost.http, str(one.id), "approve")
        assert answered.status_code == 200, answered.text
    await lost.completed(story)

    async def settled() -> bool:
        found = {str(one.id): one.status for one in await story.tasks("task")}
        return found == {asks["task_id"]: "completed", works_on["task_id"]: "cancelled"}

    await eventually(settled)
    held.let_go.set()


async def test_an_ended_project_cannot_be_restarted(lost: Lost) -> None:
    story = await lost.begin(PLAN | GATE)
    await story.request("plan")
    await lose(lost.temporal, story.handle.id)
    await lost.reported(story, "missing")
    answers = await asyncio.gather(*(post(lost.http, f"/projects/{story.id}/end") for _ in range(2)))
    assert 202 in answers
    project = await story.project()
    assert (project.status, project.open_requests) == ("cancelled", 0)
    assert await post(lost.http, f"/projects/{story.id}/restart") == 409
    assert story.handle.id not in await lost.look()
