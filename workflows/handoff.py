"""One handoff: agent step, gate, redo. HandoffWorkflow runs one alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import FailureError

from workflows import options
from workflows.gate import OpenGate
from workflows.recorder import raise_if_final
from workflows.run_context import RunContext

with workflow.unsafe.imports_passed_through():
    from activities.agent_step import AgentSteps
    from models.contracts.ending import Accepted, Ending, Halted, SentBack
    from models.contracts.enums import AgentType, HitlAction, HitlReason, OnExpiry, ProjectStatus, Verdict
    from models.contracts.handoff import ArtifactRef, Handoff, OpenRequest, StepInput, StepResult
    from models.contracts.hitl import HitlResponse
    from models.contracts.pipeline import NO_GATE, Stage
    from models.contracts.project import GateState, HandoffState, StageView
    from models.contracts.records import RequestOutcome


MAX_FEEDBACK = 10_000
"""Characters; what a comment may have."""


class StageHandoff:
    """One stage on its way: it may run several rounds, each a task of its own, until it is accepted, sent back or
    halted. All that it knows is in `state`, so that it can be taken up again by a later run of the workflow."""

    def __init__(
        self,
        context: RunContext,
        stage: Stage,
        state: HandoffState,
        *,
        from_agent: AgentType | None,
        context_ids: tuple[UUID, ...],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._context = context
        self._stage = stage
        self._state = state
        self._from_agent = from_agent
        self._context_ids = context_ids
        self._changed = changed
        self._gate = (stage.gate or NO_GATE).under(context.oversight) if stage.gate else NO_GATE

    async def run(self) -> Ending:
        """Go on from wherever the state says that this stage is."""
        while True:
            if self._state.gate is None:
                await self._context.until_a_step_may_start()
                with self._context.busy():
                    ending = self._weigh(await self._step())
            else:
                ending = await self._ask(self._state.gate)
            if ending is not None:
                return ending

    def view(self) -> StageView:
        """How far it is, for the `state` query of a handoff that runs alone."""
        state = self._state
        gate = state.gate
        working = "accepted" if state.accepted is not None else "working"
        return StageView(
            stage=self._stage.name,
            agent=self._stage.agent,
            status="waiting for a decision" if gate is not None else working,
            round=state.round,
            request_id=gate.request.request_id if gate is not None else None,
        )

    async def _step(self) -> StepResult:
        """Run the agent once more, and keep what people respond meanwhile for the gate that the step may open."""
        request_id = self._context.id_of("request", self._stage.name, self._state.round + 1)
        with self._context.inbox.expecting(request_id) as early:
            result = await self._run_agent(request_id)
            if result.request is not None:
                self._state.gate = GateState(request=result.request, offered=list(early))
                early.clear()
            return result

    async def _run_agent(self, request_id: UUID) -> StepResult:
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
                context_ids=(*self._context_ids, *(one.artifact_id for one in (*state.report, *state.produced))),
                instructions=stage.instructions,
                expected_outputs=stage.produces,
                priority=stage.priority,
            ),
            round=state.round,
            feedback=state.feedback,
            gate=self._gate,
            reworks=stage.rework is not None and state.reworked < stage.rework.max_rounds,
            reopens=state.reopens,
            timeout=stage.timeout,
            attempts=stage.attempts,
            short=short,
        )
        summary = f"{stage.agent}: {stage.name}" + (f", round {state.round}" if state.round > 1 else "")
        if short:
            try:
                async with context.recorder.turn:
                    return await workflow.execute_local_activity_method(
                        AgentSteps.run_agent_step,
                        step,
                        schedule_to_close_timeout=min(stage.timeout, options.LOCAL_SECONDS),
                        retry_policy=options.SHORT_STEP_TRIES,
                        summary=summary,
                    )
            except FailureError as error:
                raise_if_final(error)
            step = step.model_copy(update={"short": False})  # it may take long now, and is shown as at work
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

    def _weigh(self, result: StepResult) -> Ending | None:
        """What follows from a step: its gate asks, its failed verdict sends the work back, or it is accepted."""
        state = self._state
        if result.artifacts:
            state.produced = result.artifacts
            state.feedback, state.report, state.reopens = None, (), ()
        state.failed_verdict = result.verdict is Verdict.FAILED
        if state.gate is not None:
            return None
        if state.failed_verdict:
            state.reworked += 1
            feedback = f"{self._stage.agent} found failures in {self._stage.name}; its report is among the inputs."
            return SentBack(feedback=feedback, report=state.produced)
        if not result.artifacts:
            return Halted(status=ProjectStatus.CANCELLED, reason="the task was cancelled")
        state.accepted = state.produced
        return Accepted()

    async def _ask(self, asked: GateState) -> Ending | None:
        """Wait for a human; None where the stage is to be done again."""
        gate = self._context.gates.open(asked)
        request = asked.request
        self._changed()
        try:
            while True:
                if not gate.has_offers:
                    await self._wait(gate)
                # A response that came with the deadline is in time: the gate is looked at once more.
                if not gate.has_offers:
                    await self._context.inbox.drain_pending_signals()
                if not gate.has_offers:
                    with self._context.busy():
                        accepts = self._gate.on_expiry is OnExpiry.APPROVE and bool(request.artifacts)
                        return self._close(await self._context.recorder.expiry(request.request_id, accepts=accepts))
                with self._context.busy():
                    judgement = gate.judge()
                    try:
                        closure = await self._context.recorder.responses(judgement.judged)
                    except BaseException:
                        # Called off in the middle: no response vanishes, what was not written is written as too late.
                        self._context.recorder.unrecorded.extend(gate.undo(judgement))
                        raise
                    if closure.refused:
                        gate.judge_again(judgement)
                    elif judgement.winner is not None:
                        return self._close(closure)
        finally:
            if self._state.gate is not asked:
                self._context.gates.close(request.request_id)
                for response in asked.offered:
                    self._context.inbox.deliver(response)
                self._changed()

    async def _wait(self, gate: OpenGate) -> None:
        """Wait for a response, no longer than the deadline, which stands still while the project is paused."""
        gates = self._context.gates
        with suppress(TimeoutError):
            while not gate.has_offers:
                if gates.deadlines_held:
                    await workflow.wait_condition(lambda: gate.has_offers or not gates.deadlines_held)
                    continue
                remaining = gate.state.request.expires_at - workflow.now()
                await workflow.wait_condition(
                    lambda: gate.has_offers or gates.deadlines_held,
                    timeout=max(remaining, timedelta(0)),
                    timeout_summary=f"waiting for a decision on {self._stage.name}",
                )

    def _close(self, closure: RequestOutcome) -> Ending | None:
        """Go on with what the records say came of the request."""
        asked = self._state.gate
        assert asked is not None
        self._state.gate = None
        if closure.response is not None:
            return self._decide(closure.response, closure.accepted, asked.request)
        if not closure.expired:
            return Halted(status=ProjectStatus.CANCELLED, reason="the request was cancelled")
        if self._gate.on_expiry is OnExpiry.APPROVE and asked.request.artifacts:
            self._state.accepted = asked.request.artifacts
            return Accepted()
        rejects = self._gate.on_expiry is OnExpiry.REJECT
        status = ProjectStatus.REJECTED if rejects else ProjectStatus.FAILED
        return Halted(status=status, reason=f"nobody decided on {self._stage.name} in time")

    def _decide(self, response: HitlResponse, accepted: tuple[ArtifactRef, ...], request: OpenRequest) -> Ending | None:
        """Carry out the response that was applied."""
        state = self._state
        if response.action is HitlAction.REJECT:
            return Halted(status=ProjectStatus.REJECTED, reason=response.comment or "")
        if accepted:
            state.produced = state.accepted = accepted
            return Accepted()
        # Approving a step that failed, and amending without content, do the stage again.
        if request.reason is HitlReason.FAILED_VERDICT and self._stage.rework is not None:
            return SentBack(feedback=response.comment or "", report=state.produced)
        state.feedback = "\n\n".join(filter(None, (state.feedback, response.comment)))[:MAX_FEEDBACK] or None
        return None


def cancel_handoff(task: asyncio.Task[Ending]) -> None:
    """Cancel a handoff that nobody waits for any more."""
    task.cancel()
    # Retrieved here, so that asyncio does not log the cancellation of a step as an exception that was never retrieved.
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
