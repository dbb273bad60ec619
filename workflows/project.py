"""ProjectWorkflow: runs the stages of a pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, is_cancelled_exception

from workflows import patches
from workflows.checkpoint import Checkpoint
from workflows.handoff import StageHandoff, cancel_handoff
from workflows.progress import ProgressPublisher, stage_view
from workflows.rework import send_back
from workflows.run_context import RunContext

with workflow.unsafe.imports_passed_through():
    from models.contracts.enums import ProjectStatus
    from models.contracts.handoff import ArtifactRef
    from models.contracts.names import AgentType
    from models.contracts.pipeline import Stage
    from models.contracts.project import ProjectInput, ProjectResult, ProjectState
    from models.contracts.records import RecordStatusResult
    from models.contracts.stage_outcome import Halted, SentBack, StageOutcome
    from models.contracts.workflow_state import HandoffState, StageView, WorkflowView

ROUNDS_AHEAD = 5
"""How many rounds of a stage may have to be repeated because their workflow tasks were lost."""


@workflow.defn
class ProjectWorkflow:
    """One project, from brief to delivery. Its id is `project-{project_id}`."""

    @workflow.init
    def __init__(self, project: ProjectInput) -> None:
        self._project = project
        self._pipeline = project.pipeline
        self._upstream = project.pipeline.upstream()
        self._state = project.state or ProjectState(
            stages={stage.name: HandoffState() for stage in self._pipeline.stages}
        )
        self._context = RunContext(
            project_id=project.project_id,
            name=project.name,
            oversight=project.oversight,
            unrecorded=self._state.unrecorded,
            crew=project.crew,
            model=project.model,
            generation=project.generation,
            short_agents=self._state.short_agents,
            paused=self._state.paused,
            deadlines_held=self._state.deadlines_held,
            checkpoint=Checkpoint(project.checkpoint_after, self._state.gates_passed),
            may_open=self._may_open,
        )
        # A response may arrive before the first stage resumes. Its gate is already open.
        for stage in self._pipeline.stages:
            if (gate := self._state.stages[stage.name].gate) is not None:
                self._context.gates.open(gate)
        self._running: dict[str, asyncio.Task[StageOutcome]] = {}
        self._opened = False
        self._holds_deadlines = self._state.deadlines_held
        self._phase: str | None = None
        self._progress = ProgressPublisher(self._pipeline.stages[0].name)

    @workflow.run
    async def run(self, project: ProjectInput) -> ProjectResult:
        """Run the pipeline to its end.

        Raises:
            ApplicationError: the project failed; the type is ProjectFailed.
            ContinueAsNewError: the history is long; the next run continues with the whole state.
        """
        status, reason, cancellation = ProjectStatus.COMPLETED, None, None
        try:
            if project.state is None or not project.state.opened:
                short = await self._context.recorder.open_project()
                self._state.short_agents = self._context.short_agents = short
                self._state.opened = True
            self._opened = True
            if (halted := await self._run_stages()) is not None:
                status, reason = halted.status, halted.reason
        except BaseException as error:
            # An activity that is cancelled before it starts raises ActivityError with the cancellation as its cause.
            if not is_cancelled_exception(error):
                raise
            self._opened = True
            status, cancellation = ProjectStatus.CANCELLED, error
        recorded = await self._settle(status, reason)
        if cancellation is not None and recorded.status is ProjectStatus.CANCELLED:
            raise cancellation
        if recorded.status is ProjectStatus.FAILED:
            raise ApplicationError(
                recorded.reason or "",
                type="ProjectFailed",
                non_retryable=True,
                category=ApplicationErrorCategory.BENIGN,
            )
        return ProjectResult(
            project_id=project.project_id,
            status=recorded.status,
            reason=recorded.reason,
            artifacts=tuple(self._delivery()),
        )

    @workflow.signal(dynamic=True)
    async def handle_signal(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Receive `respond`, a response to a HITL request (HitlResponse), or `extend`, a later deadline of one
        (HitlExtension). Any other signal is recorded as a problem."""
        await self._context.inbox.receive(name, payloads)

    @workflow.signal
    async def pause(self) -> None:
        """Start no step until `resume`. Running steps finish, and open gates accept responses."""
        await self._set_paused(True)

    @workflow.signal
    async def resume(self) -> None:
        """Continue after `pause`."""
        await self._set_paused(False)

    @workflow.query
    def state(self) -> WorkflowView:
        """Return the progress of the project as the workflow knows it."""
        status = ProjectStatus.WAITING if self._context.gates else ProjectStatus.ACTIVE
        return WorkflowView(
            status=ProjectStatus.PAUSED if self._context.paused else status,
            phase=self._phase,
            stages=self._stage_views(),
        )

    async def _run_stages(self) -> Halted | None:
        """Run each stage as soon as its inputs are accepted. Return what halted the project, or None."""
        try:
            while True:
                self._start_ready()
                if not self._running:
                    return None
                await workflow.wait_condition(
                    lambda: self._is_stage_done_or_draining() or bool(self._context.recorder.unrecorded)
                )
                await self._context.recorder.late_responses()
                done = [name for name, task in self._running.items() if task.done()]
                outcomes = {name: self._running.pop(name).result() for name in done}
                # Halting goes first: the stage to be sent back may be the one that was just rejected.
                for outcome in outcomes.values():
                    if isinstance(outcome, Halted):
                        return outcome
                for name, outcome in outcomes.items():
                    if isinstance(outcome, SentBack):
                        self._send_back(name, outcome)
                if self._context.may_continue_as_new:
                    await self._continue_as_new()
        finally:
            for task in self._running.values():
                cancel_handoff(task)

    def _is_stage_done_or_draining(self) -> bool:
        return any(task.done() for task in self._running.values()) or self._context.may_continue_as_new

    def _start_ready(self) -> None:
        for stage in self._pipeline.stages:
            state = self._state.stages[stage.name]
            upstream = [self._state.stages[name] for name in self._upstream[stage.name]]
            if state.accepted is not None or stage.name in self._running:
                continue
            if any(one.accepted is None for one in upstream):
                continue
            handoff = StageHandoff(
                self._context,
                stage,
                state,
                pipeline=self._pipeline,
                role=self._pipeline.declared_role(stage.agent),
                from_agent=self._from_agent(stage),
                context_ids=self._context_ids(stage),
                changed=self._publish_progress,
            )
            self._running[stage.name] = asyncio.create_task(handoff.run())
            self._phase = stage.name

    def _from_agent(self, stage: Stage) -> AgentType | None:
        """Return the agent of the latest stage that this one consumes from."""
        upstream = [other for other in self._pipeline.stages if other.name in self._upstream[stage.name]]
        return upstream[-1].agent if upstream else None

    def _context_ids(self, stage: Stage) -> tuple[UUID, ...]:
        """Return the artifacts that the stage consumes, in the declared order, and then the project's source."""
        accepted = {self._project.brief.type: self._project.brief}
        accepted.update((ref.type, ref) for state in self._state.stages.values() for ref in state.accepted or ())
        source = self._project.source if self._pipeline.begins_from_source(stage.name) else None
        return (
            *(accepted[type].artifact_id for type in stage.consumes),
            *([source.artifact_id] if source is not None else []),
        )

    def _send_back(self, name: str, outcome: SentBack) -> None:
        """Run the stage that the work goes back to, and then every stage that depends on it."""
        target = outcome.to
        if target is None:
            rework = self._pipeline.stage(name).rework
            assert rework is not None
            target = rework.to
        descendants = self._pipeline.descendants(target)
        send_back(self._state.stages, target, descendants, outcome)
        for stage in (target, *descendants):
            if task := self._running.pop(stage, None):
                cancel_handoff(task)

    def _delivery(self) -> list[ArtifactRef]:
        return [ref for stage in self._pipeline.stages for ref in self._state.stages[stage.name].accepted or ()]

    async def _set_paused(self, paused: bool) -> None:
        # Recording the project as active would undo a pause that was recorded before.
        await workflow.wait_condition(lambda: self._opened)
        if self._context.paused == paused:
            return
        self._context.paused = self._state.paused = paused
        self._state.pauses += paused
        if paused:
            # 0.1.0 did not hold deadlines, and a history may contain such pauses: each has a patch until one holds.
            if self._holds_deadlines or workflow.patched(f"{patches.HOLD_DEADLINES}-{self._state.pauses}"):
                self._holds_deadlines = True
                self._state.deadlines_held = True
                self._context.gates.hold_deadlines()
            await self._context.recorder.status(ProjectStatus.PAUSED, f"paused:{self._state.pauses}")
            return
        number, held = self._state.pauses, self._context.gates.take_time_held()
        recorded = await self._context.recorder.status(ProjectStatus.ACTIVE, f"resumed:{number}", postponed=held)
        if number == self._state.pauses and not self._context.paused:  # otherwise it was paused again meanwhile
            self._state.deadlines_held = False
        self._context.gates.postpone_deadlines(recorded.deadlines, hold=self._state.deadlines_held)

    async def _settle(self, status: ProjectStatus, reason: str | None) -> RecordStatusResult:
        """Record how the project ended and every late response, before the workflow closes.

        Returns the status as recorded: a workflow task that was lost may have recorded a different one.
        """
        self._context.inbox.close()
        self._publish_progress()
        recorded = await self._context.recorder.status(status, str(status), reason)
        await self._context.inbox.settle()
        return recorded

    def _may_open(self, request_id: UUID) -> bool:
        """Return whether a request belongs to a round that has not started, as far as this run knows."""
        return any(
            request_id == self._context.id_of("request", stage.name, state.round + ahead, continued)
            for stage in self._pipeline.stages
            for state in [self._state.stages[stage.name]]
            for ahead in range(ROUNDS_AHEAD + 1)
            # The current round may continue more often than it has; a later one begins at 0, unless it will continue.
            for first in [state.continued + 1 if ahead == 0 else state.continued if ahead == 1 else 0]
            for continued in range(first, first + ROUNDS_AHEAD)
        )

    async def _continue_as_new(self) -> None:
        await workflow.wait_condition(workflow.all_handlers_finished)
        await self._context.recorder.late_responses()
        if self._context.may_continue_as_new and workflow.all_handlers_finished():
            self._state.gates_passed = self._context.checkpoint.passed
            workflow.continue_as_new(self._project.model_copy(update={"state": self._state}))

    def _publish_progress(self) -> None:
        self._progress.publish(self._phase, self._stage_views(), is_waiting=bool(self._context.gates))

    def _stage_views(self) -> tuple[StageView, ...]:
        return tuple(
            stage_view(stage, self._state.stages[stage.name], is_running=stage.name in self._running)
            for stage in self._pipeline.stages
        )
