"""One handoff: agent step, gate, next round. ProjectWorkflow and HandoffWorkflow run it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import FailureError

from workflows import options, patches
from workflows.gate import resumes_same_task
from workflows.gate_wait import GateWait
from workflows.progress import stage_view
from workflows.recorder import raise_if_final
from workflows.rework import count_failed_verdict, join_feedback, redo
from workflows.run_context import RunContext

with workflow.unsafe.imports_passed_through():
    from activities.agent_step import AgentSteps
    from models.contracts.enums import GateAsk, HitlAction, HitlReason, OnExpiry, ProjectStatus, Risk, Verdict
    from models.contracts.expiry import accepts_at_expiry
    from models.contracts.handoff import ArtifactRef, Handoff, OpenRequest, StepInput, StepResult
    from models.contracts.hitl import HitlResponse
    from models.contracts.names import AgentType
    from models.contracts.pipeline import MAX_ROUNDS, Gate, Pipeline, Stage
    from models.contracts.records import RequestOutcome
    from models.contracts.redo import redo_stages
    from models.contracts.roles import Role
    from models.contracts.stage_outcome import Accepted, Halted, SentBack, StageOutcome
    from models.contracts.workflow_state import GateState, HandoffState, StageView


class StageHandoff:
    """One stage, from its first round until it is accepted, sent back or halted. Each round is a separate task.

    Everything it knows is in `state`, so that a later run of the workflow can resume it.

    Args:
        pipeline: the stage's pipeline, unless the handoff is standalone.
        role: the stage's role, if its pipeline declares it.
        changed: called when the status that an operator sees has changed.
    """

    def __init__(
        self,
        context: RunContext,
        stage: Stage,
        state: HandoffState,
        *,
        pipeline: Pipeline | None = None,
        role: Role | None,
        from_agent: AgentType | None,
        context_ids: tuple[UUID, ...],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._context = context
        self._stage = stage
        self._state = state
        self._pipeline = pipeline
        self._role = role
        self._from_agent = from_agent
        self._context_ids = context_ids
        self._changed = changed
        self._gate = stage.gate_under(context.oversight)

    async def run(self) -> StageOutcome:
        """Continue from the state until the stage ends."""
        while True:
            if self._state.gate is None:
                await self._context.wait_until_step_may_start()
                checkpoint = self._context.checkpoint.due if self._stage.gate else 0
                may_pass = self._stage.gate is not None and not checkpoint and self._gate.ask is not GateAsk.ALWAYS
                with self._context.busy(), self._context.checkpoint.under_way(may_pass=may_pass):
                    outcome = self._evaluate(await self._step(checkpoint))
            else:
                outcome = await self._decide(self._state.gate)
            if outcome is not None:
                return outcome

    def view(self) -> StageView:
        """Return the progress of a standalone handoff, for the `state` query."""
        return stage_view(self._stage, self._state, is_running=True)

    async def _step(self, checkpoint: int) -> StepResult:
        """Run the agent for one round. Responses that arrive meanwhile are kept for the gate that the step may open."""
        request_id = self._context.id_of("request", self._stage.name, self._state.round + 1, self._state.continued)
        with self._context.inbox.expecting(request_id) as early:
            result = await self._run_agent(request_id, checkpoint)
            if result.request is not None:
                self._state.gate = GateState(request=result.request, offered=list(early))
                early.clear()
            return result

    async def _run_agent(self, request_id: UUID, checkpoint: int) -> StepResult:
        state, stage, context = self._state, self._stage, self._context
        state.round += 1
        if state.round > 1 or state.task_id is None:
            state.task_id = context.id_of("task", stage.name, state.round)
        short = stage.agent in context.short_agents
        if not short:
            self._changed()
        step = StepInput(
            project_id=context.project_id,
            project_name=context.name,
            task_id=state.task_id,
            request_id=request_id,
            handoff=Handoff(
                from_agent=self._from_agent,
                to_agent=stage.agent,
                phase=stage.name,
                context_ids=(*self._context_ids, *(ref.artifact_id for ref in (*state.report, *state.produced))),
                instructions=stage.instructions,
                expected_outputs=stage.produces,
                priority=stage.priority,
            ),
            round=state.round,
            feedback=state.feedback,
            gate=self._gate_of_round(),
            reworks=stage.rework is not None and state.reworked < stage.rework.max_rounds,
            reopens=state.reopens,
            continued=state.continued,
            timeout=stage.timeout,
            attempts=stage.attempts,
            short=short,
            crew=context.crew,
            model=stage.model or (self._role.model if self._role else None) or context.model,
            role=self._role,
            budget=stage.budget,
            needs_person=stage.risk is Risk.HIGH,
            checkpoint=checkpoint,
        )
        summary = f"{stage.agent}: {stage.name}" + (f", round {state.round}" if state.round > 1 else "")
        if short:
            try:
                async with context.recorder.turn:
                    return await workflow.execute_local_activity_method(
                        AgentSteps.run_agent_step,
                        step,
                        schedule_to_close_timeout=min(stage.timeout, options.LOCAL_SECONDS),
                        retry_policy=options.SHORT_STEP_RETRIES,
                        summary=summary,
                    )
            except FailureError as error:
                raise_if_final(error)
            step = step.model_copy(update={"short": False})  # it may take long now, so show it as working
        try:
            return await workflow.execute_activity_method(
                AgentSteps.run_agent_step,
                step,
                start_to_close_timeout=stage.timeout + options.STEP_GRACE,
                heartbeat_timeout=options.HEARTBEAT,
                retry_policy=options.STEP_RETRIES,
                summary=summary,
                priority=Priority(priority_key=stage.priority, fairness_key=str(context.project_id)),
            )
        except FailureError as error:
            raise_if_final(error)
            raise

    def _gate_of_round(self) -> Gate:
        """Return the stage's gate for a step: a retry of the project grants a stage all its rounds again."""
        rounds = min(self._gate.max_rounds + self._state.earlier_rounds, MAX_ROUNDS)
        return self._gate.model_copy(update={"max_rounds": rounds})

    def _evaluate(self, result: StepResult) -> StageOutcome | None:
        """Return how the stage ends after a step, or None if its gate has to decide."""
        state = self._state
        if result.artifacts:
            state.produced = result.artifacts
            state.feedback, state.report, state.reopens, state.continued = None, (), (), 0
        state.failed_verdict = result.verdict is Verdict.FAILED
        if state.gate is not None:
            return None
        if state.failed_verdict:
            return count_failed_verdict(self._stage, state)
        if not result.artifacts:
            return Halted(status=ProjectStatus.CANCELLED, reason="the task was cancelled")
        state.accepted = state.produced
        self._count_pass()
        return Accepted()

    def _count_pass(self) -> None:
        """Count that the stage's gate, if it has one, let a result pass without a person."""
        if self._stage.gate is not None:
            self._context.checkpoint.count()

    def _count_response(self, response: HitlResponse, accepted: tuple[ArtifactRef, ...]) -> None:
        """A person's decision begins the count again. An approval of a program is a gate that passed."""
        if not response.without_asking:
            self._context.checkpoint.reset()
        elif accepted and response.redo is None:
            self._count_pass()

    async def _decide(self, state: GateState) -> StageOutcome | None:
        """Wait for a human's decision. Return how the stage ends, or None if it is to run again."""
        request = state.request
        gate = self._context.gates.open(state)
        self._changed()
        try:
            wait = GateWait(
                self._context,
                gate,
                stage=self._stage.name,
                accepts_on_expiry=self._accepts_on_expiry(request),
                redo_stages=self._redo_stages(request),
                keeps=self._keeps,
            )
            return self._apply_outcome(await wait.outcome())
        finally:
            if self._state.gate is not state:
                self._context.gates.close(request.request_id)
                for response in state.offered:
                    self._context.inbox.deliver(response)
                self._changed()

    def _apply_outcome(self, outcome: RequestOutcome) -> StageOutcome | None:
        """Close the gate with the recorded outcome. Return how the stage ends, or None if it is to run again."""
        gate = self._state.gate
        assert gate is not None
        self._state.gate = None
        if outcome.response is not None:
            self._count_response(outcome.response, outcome.accepted)
            return self._apply_response(outcome.response, outcome.accepted, gate.request)
        if not outcome.expired:
            return Halted(status=ProjectStatus.CANCELLED, reason="the request was cancelled")
        if self._accepts_on_expiry(gate.request):
            self._state.accepted = gate.request.artifacts
            self._count_pass()
            return Accepted()
        rejects = self._gate.on_expiry is OnExpiry.REJECT
        status = ProjectStatus.REJECTED if rejects else ProjectStatus.FAILED
        return Halted(status=status, reason=f"no decision on {self._stage.name} before its deadline")

    def _apply_response(
        self, response: HitlResponse, accepted: tuple[ArtifactRef, ...], request: OpenRequest
    ) -> StageOutcome | None:
        state = self._state
        if response.action is HitlAction.REJECT:
            return Halted(status=ProjectStatus.REJECTED, reason=response.comment or "")
        if response.redo is not None:
            return redo(state, request, response.redo, response.comment, is_upstream=self._depends_on(response.redo))
        if accepted:
            state.produced = state.accepted = accepted
            return Accepted()
        # Approving a failed step runs it again, and so does amending without content.
        if request.reason is HitlReason.FAILED_VERDICT and self._stage.rework is not None:
            return SentBack(feedback=response.comment or "", report=state.produced)
        # Versions before 0.3.0 started a new round instead.
        if resumes_same_task(request, response) and workflow.patched(
            f"{patches.CONTINUE_FAILED_STEP}-{request.request_id}"
        ):
            state.round -= 1
            state.continued += 1
            return None
        state.continued = 0
        state.feedback = join_feedback(state.feedback, response.comment)
        return None

    def _accepts_on_expiry(self, request: OpenRequest) -> bool:
        return accepts_at_expiry(
            self._gate.on_expiry, has_artifacts=bool(request.artifacts), needs_person=request.needs_person
        )

    def _redo_stages(self, request: OpenRequest) -> tuple[str, ...]:
        if self._pipeline is None:
            return ()
        inputs = [ref.type for ref in (*self._state.report, *self._state.produced)]
        return redo_stages(self._pipeline, self._stage.name, request.reason, inputs)

    def _depends_on(self, name: str) -> bool:
        return self._pipeline is not None and name in self._pipeline.ancestors(self._stage.name)

    def _keeps(self, response: HitlResponse | None) -> tuple[ArtifactRef, ...]:
        """Return the earlier artifacts that stay accepted although the response sends the work to another stage."""
        is_sent = response is not None and response.redo is not None and not self._depends_on(response.redo)
        return self._state.produced if is_sent else ()


def cancel_handoff(task: asyncio.Task[StageOutcome]) -> None:
    """Cancel a handoff whose result is no longer needed."""
    task.cancel()
    # Retrieve its exception, or else asyncio logs that it was never retrieved.
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
