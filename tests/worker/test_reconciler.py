"""Records whose workflow is missing, stuck or inconsistent are reported, and can be restarted or ended."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import RawValue
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from api.recovery import restart as recovery
from config.settings import Settings
from crew.protocol import Agent, Assignment, Outcome, Step
from models.contracts.enums import AgentType, EventType, Oversight
from models.contracts.project import ProjectInput
from store.transaction import Store
from tests.waiting import eventually
from tests.worker.losing import V1, lose, post, problems
from tests.workflows.crew_under_test import (
    BUILD,
    GATE,
    PLAN,
    Held,
    Script,
    Story,
    Turn,
    fails_its_verdict,
    passes_its_verdict,
    pipeline,
    raises,
    works,
)
from worker.reconciler import Reconciler
from worker.worker import build_worker
from workflows.client import connect, find_workflow, generation_of, project_handle, project_workflow_id, start_project

pytestmark = pytest.mark.long

VALIDATE: dict[str, Any] = {
    "name": "validate",
    "agent": "tester",
    "consumes": ["source_code"],
    "produces": ["test_results"],
    "rework": {"to": "build", "max_rounds": 1},
}
DESIGN: dict[str, Any] = {"name": "design", "agent": "architect", "produces": ["system_architecture"]}


class Crews:
    """The agents of one worker for many projects, each with its own script."""

    def __init__(self) -> None:
        self.scripts: dict[UUID, Script] = defaultdict(Script)

    def is_short(self, brief: str) -> bool:
        return False

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        return await self.scripts[assignment.project_id].run(assignment, step)


CREWS = Crews()


@pytest.fixture(scope="module")
def agents() -> Mapping[AgentType, Agent]:
    return dict.fromkeys(AgentType, CREWS)


class Lost:
    """Projects of one worker that lose their workflow."""

    def __init__(self, store: Store, temporal: Client, settings: Settings, http: httpx2.AsyncClient) -> None:
        self.store, self.temporal, self.settings, self.http = store, temporal, settings, http
        self.reconciler = Reconciler(store, temporal, settings)

    async def begin(
        self, *stages: dict[str, Any], oversight: Oversight | None = None, queue: str = "", **turns: list[Turn]
    ) -> Story:
        queue = queue or self.settings.task_queue
        story = await Story.begin(self.temporal, self.store, queue, Script(), pipeline(*stages), oversight, start=False)
        CREWS.scripts[story.id] = story.script
        for stage, each in turns.items():
            story.script.on(stage, *each)
        await start_project(self.temporal, queue, story.given)
        return story

    async def look(self) -> dict[str, dict[str, Any]]:
        await self.reconciler.reconcile()
        return await problems(self.http)

    async def restart(self, story: Story) -> None:
        """Delete its workflow, have that detected, and restart it."""
        await lose(self.temporal, story.handle.id)
        found = await self.look()
        assert found[story.handle.id]["kind"] == "missing"
        answered = await self.http.post(f"{V1}/projects/{story.id}/restart")
        assert answered.status_code == 202, answered.text

    async def completed(self, story: Story) -> None:
        project = await story.status("completed", "failed", "rejected", "cancelled")
        assert (project.status, project.open_requests) == ("completed", 0), project.reason
        await story.events()  # gapless


@pytest.fixture(scope="module")
def lost(store: Store, temporal: Client, settings: Settings, http: httpx2.AsyncClient, worker: None) -> Lost:
    return Lost(store, temporal, settings, http)


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
    refused = await lost.http.post(f"{V1}/hitl/{request.id}/respond", json={"action": "approve"})
    assert (refused.status_code, "from its records" in refused.text) == (409, True)
    named = (await lost.look())[story.handle.id]
    assert (named["kind"], named["detail"]) == ("missing", "Temporal has no such workflow.")
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
    found = await lost.look()
    assert {found[one["workflow_id"]]["task_id"] for one in (asks, works_on)} == {asks["task_id"], works_on["task_id"]}
    assert await post(lost.http, f"/tasks/{request.task_id}/restart") == 409
    assert await post(lost.http, f"/tasks/{asks['task_id']}/restart") == 202
    assert await post(lost.http, f"/tasks/{works_on['task_id']}/end") == 202
    for one in (asked, request):
        answered = await lost.http.post(f"{V1}/hitl/{one.id}/respond", json={"action": "approve"})
        assert answered.status_code == 200, answered.text
    await lost.completed(story)

    async def settled() -> bool:
        found = {str(one.id): one.status for one in await story.tasks("task")}
        return found == {asks["task_id"]: "completed", works_on["task_id"]: "cancelled"}

    await eventually(settled)
    held.let_go.set()


async def test_of_many_concurrent_restarts_one_succeeds(lost: Lost) -> None:
    """A response sent meanwhile is either acknowledged and applied, or rejected."""
    story = await lost.begin(PLAN | GATE, BUILD)
    request = await story.request("plan")
    await lose(lost.temporal, story.handle.id)
    restarts = asyncio.gather(*(post(lost.http, f"/projects/{story.id}/restart") for _ in range(4)))
    response = await lost.http.post(f"{V1}/hitl/{request.id}/respond", json={"action": "approve"})
    assert sorted(await restarts) == [202, 409, 409, 409]
    assert (await story.project()).generation == 1
    if response.status_code == 409:
        await story.respond(request, "approve")
    await lost.completed(story)
    assert len(await story.tasks()) == 2


async def test_an_ended_project_cannot_be_restarted(lost: Lost) -> None:
    story = await lost.begin(PLAN | GATE)
    await story.request("plan")
    await lose(lost.temporal, story.handle.id)
    await lost.look()
    answers = await asyncio.gather(*(post(lost.http, f"/projects/{story.id}/end") for _ in range(2)))
    assert 202 in answers
    project = await story.project()
    assert (project.status, project.open_requests) == ("cancelled", 0)
    assert await post(lost.http, f"/projects/{story.id}/restart") == 409
    assert story.handle.id not in await lost.look()


async def test_responses_sent_to_a_stuck_workflow_are_judged_after_its_restart(lost: Lost) -> None:
    """Two responses were acknowledged while it was stuck. Its run is terminated, and the first response wins."""
    story = await lost.begin(PLAN | GATE, BUILD)
    request = await story.request("plan")
    run = (await story.handle.describe()).run_id
    async with story.undecided():  # nothing can be recorded, as if the workflow were stuck
        first = await story.respond(request, "approve")
        second = await story.respond(request, "reject", comment="No.")
        await story.handle.terminate("stuck")
    # As after a restart that was interrupted when it had terminated the run.
    await _raise(lost.store, story.id)
    named = (await lost.look())[story.handle.id]
    assert named["kind"] == "missing"
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await lost.completed(story)
    assert [(await story.judged(one)).outcome for one in (first, second)] == ["applied", "superseded"]
    described = await story.handle.describe()
    assert (described.run_id != run, await generation_of(described)) == (True, 2)


async def _raise(store: Store, project_id: UUID) -> None:
    raised = text("UPDATE project SET generation = generation + 1 WHERE id = :id")
    async with store.database.engine.begin() as connection:
        await connection.execute(raised, {"id": project_id})


async def test_records_that_are_older_than_their_workflow_are_reported(lost: Lost) -> None:
    """PostgreSQL was restored from an earlier state: the workflow waits at a gate that is not in the records. The
    decision that they lack was acknowledged, and is applied."""
    story = await lost.begin(PLAN | GATE, BUILD | {"gate": {}})
    earlier = await story.request("plan")
    decided = await story.respond(earlier, "approve")
    await story.request("build")
    await story.view("accepted")
    await _as_before_the_decision(lost.store, story.id, earlier.id)

    async def named() -> bool:
        return (await lost.look()).get(story.handle.id, {}).get("kind") == "inconsistent"

    await eventually(named)
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    assert (await story.judged(decided)).outcome == "applied"
    await story.respond(await story.request("build"), "approve")
    await lost.completed(story)


async def _as_before_the_decision(store: Store, project_id: UUID, request_id: UUID) -> None:
    """Restore the rows as they were before the request was decided."""
    statements = (
        "UPDATE artifact SET accepted_at = NULL WHERE project_id = :id AND type = 'project_plan'",
        "DELETE FROM hitl_decision WHERE project_id = :id",
        "DELETE FROM hitl_request WHERE project_id = :id AND id <> :request",
        "UPDATE hitl_request SET status = 'pending', decision_id = NULL, decided_at = NULL WHERE id = :request",
        "DELETE FROM artifact WHERE project_id = :id AND type = 'source_code'",
        "DELETE FROM event WHERE project_id = :id AND seq > "
        "(SELECT max(seq) FROM event WHERE project_id = :id AND data->>'request_id' = (:request)::text "
        "AND event_type = 'hitl_request')",
        "DELETE FROM task WHERE project_id = :id AND stage = 'build'",
        "UPDATE task SET status = 'waiting_for_hitl', accepted = false WHERE project_id = :id",
        "UPDATE project SET status = 'waiting', open_requests = 1, phase = 'plan', "
        "last_seq = (SELECT max(seq) FROM event WHERE project_id = :id) WHERE id = :id",
    )
    async with store.database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement), {"id": project_id, "request": request_id})


async def test_no_workflow_is_reported_missing_if_the_namespace_or_temporal_is(
    lost: Lost, store: Store, settings: Settings, temporal: Client
) -> None:
    story = await lost.begin(PLAN | GATE)
    await story.request("plan")
    elsewhere = await Client.connect(temporal.service_client.config.target_host, namespace="nowhere")
    with pytest.raises(RPCError) as missing:
        await Reconciler(store, elsewhere, settings).reconcile()
    assert missing.value.status is RPCStatusCode.NOT_FOUND
    with pytest.raises(RPCError):
        await find_workflow(elsewhere, story.handle.id)
    nobody = await Client.connect("127.0.0.1:9", lazy=True)
    with pytest.raises((RPCError, RuntimeError)):
        await Reconciler(store, nobody, settings).reconcile()
    assert (await story.project()).workflow_problem is None


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_late_start_after_a_loss_of_data_has_no_effect(lost: Lost, restarted: bool) -> None:
    """It was on its way when Temporal lost its data. Its run finds that another one has opened the project or was
    restarted."""
    story = await lost.begin(PLAN | GATE)
    await story.request("plan")
    await lose(lost.temporal, story.handle.id)
    if restarted:
        await _raise(lost.store, story.id)
    await start_project(lost.temporal, lost.settings.task_queue, story.given)
    with pytest.raises(Exception, match="Workflow execution failed"):
        await project_handle(lost.temporal, story.id).result()
    named = (await lost.look())[project_workflow_id(story.id)]
    assert (named["kind"], "another run" in named["detail"]) == ("missing", True)
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await story.respond((await story.requests())[0], "approve")
    await lost.completed(story)


@workflow.defn(name="ProjectWorkflow")
class Incompatible:
    """A version of the workflow that does not match the histories of the previous one."""

    @workflow.run
    async def run(self, project: ProjectInput) -> None:
        await workflow.sleep(1)

    @workflow.signal(dynamic=True)
    async def signalled(self, name: str, payloads: Sequence[RawValue]) -> None:
        pass


async def test_a_stuck_workflow_is_reported_with_its_cause(lost: Lost) -> None:
    """Two responses are acknowledged that it cannot judge. It judges them after a restart from the records."""
    queue = f"{lost.settings.task_queue}-upgraded"
    elsewhere = lost.settings.model_copy(update={"task_queue": queue})
    async with build_worker(lost.temporal, lost.store, dict.fromkeys(AgentType, CREWS), elsewhere):
        story = await lost.begin(PLAN | GATE, BUILD, queue=queue)
        request = await story.request("plan")
        await story.view("waiting for a decision")
    reconciler = Reconciler(lost.store, lost.temporal, elsewhere)
    async with Worker(
        await connect(), task_queue=queue, workflows=[Incompatible], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        first = await story.respond(request, "approve")
        second = await story.respond(request, "reject", comment="No.")

        async def named() -> dict[str, Any] | None:
            await reconciler.reconcile()
            return (await problems(lost.http)).get(story.handle.id)

        found = await eventually(named)
    assert (found["kind"], "non deterministic" in found["detail"]) == ("stuck", True), found
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await lost.completed(story)
    assert [(await story.judged(one)).outcome for one in (first, second)] == ["applied", "superseded"]


@pytest.mark.parametrize("dies_in", ["_terminate", "_read_responses", "_start", "_clear_problem"])
async def test_a_restart_that_is_cut_off_is_made_again(
    lost: Lost, monkeypatch: pytest.MonkeyPatch, dies_in: str
) -> None:
    """Wherever the process dies, the workflow is either reported or runs, and nothing is lost or done twice."""
    story = await lost.begin(PLAN | GATE, BUILD | GATE)
    decided = await story.respond(await story.request("plan"), "approve")
    request = await story.request("build")
    await story.view("accepted")
    await _as_before_the_decision(lost.store, story.id, decided.request_id)  # so that there is a run to terminate
    del request

    async def named() -> bool:
        return story.handle.id in await lost.look()

    await eventually(named)

    async def dies(*given: object) -> None:
        raise ConnectionAbortedError("the process died")

    with monkeypatch.context() as patch:
        patch.setattr(recovery, dies_in, dies)
        assert await post(lost.http, f"/projects/{story.id}/restart") == 500
    await eventually(lambda: _is(lost, story, dies_in))
    assert await post(lost.http, f"/projects/{story.id}/restart") == (409 if dies_in == "_clear_problem" else 202)
    assert (await story.judged(decided)).outcome == "applied"
    await story.respond(await story.request("build"), "approve")
    await lost.completed(story)
    assert story.handle.id not in await lost.look()
    assert [(one.stage, one.round) for one in await story.tasks()] == [("plan", 1), ("build", 1)]


async def _is(lost: Lost, story: Story, dies_in: str) -> bool:
    """Whether it is named, unless its new run had been started."""
    return (story.handle.id in await lost.look()) == (dies_in != "_clear_problem")


async def test_a_workflow_that_is_older_than_its_records_is_reported(lost: Lost) -> None:
    """Temporal was restored from an earlier state: it waits for a decision that is already recorded."""
    story = await lost.begin(PLAN | GATE, BUILD | GATE)
    request = await story.request("plan")
    await story.respond(request, "approve")
    await story.request("build")
    await lose(lost.temporal, story.handle.id)
    # Temporal then has a run that is still at its first gate. The records already have its step.
    async with lost.store.database.engine.begin() as connection:
        await connection.execute(text("UPDATE project SET opened_run = NULL WHERE id = :id"), {"id": story.id})
    await start_project(lost.temporal, lost.settings.task_queue, story.given)

    async def named() -> bool:
        return (await lost.look()).get(story.handle.id, {}).get("kind") == "inconsistent"

    await eventually(named)
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await story.respond(await story.request("build"), "approve")
    await lost.completed(story)
    assert len(await story.tasks()) == 2


async def test_a_step_whose_inputs_are_missing_fails(lost: Lost) -> None:
    """The database was restored without the accepted artifact: the workflow fails with that reason."""
    held = Held(then=raises(ValueError("again")))
    story = await lost.begin(PLAN, BUILD, build=[held, works])
    await held.begun.wait()
    async with lost.store.database.engine.begin() as connection:
        for statement in (
            "DELETE FROM event WHERE project_id = :id AND seq > 2",
            "DELETE FROM artifact WHERE project_id = :id AND type = 'project_plan'",
            "DELETE FROM agent_state WHERE project_id = :id",
            "DELETE FROM task WHERE project_id = :id",
            "UPDATE project SET last_seq = (SELECT max(seq) FROM event WHERE project_id = :id) WHERE id = :id",
        ):
            await connection.execute(text(statement), {"id": story.id})
    held.let_go.set()

    async def named() -> dict[str, Any] | None:
        return (await lost.look()).get(story.handle.id)

    found = await eventually(named)
    assert (found["kind"], "the database lacks" in found["detail"]) == ("missing", True), found
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await lost.completed(story)


async def test_a_paused_workflow_with_active_records_is_reported(lost: Lost) -> None:
    """The dump was made before the pause, so the project could not be resumed."""
    story = await lost.begin(PLAN | GATE, BUILD)
    request = await story.request("plan")
    assert await post(lost.http, f"/projects/{story.id}/pause") == 202
    await story.status("paused")
    async with lost.store.database.engine.begin() as connection:
        await connection.execute(text("UPDATE project SET status = 'waiting' WHERE id = :id"), {"id": story.id})

    async def named() -> bool:
        return (await lost.look()).get(story.handle.id, {}).get("kind") == "inconsistent"

    await eventually(named)
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await story.respond(request, "approve")
    await lost.completed(story)
