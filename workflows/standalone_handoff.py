"""HandoffWorkflow: one standalone handoff, outside the project's pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import is_cancelled_exception

from workflows.handoff import StageHandoff, cancel_handoff
from workflows.run_context import RunContext

with workflow.unsafe.imports_passed_through():
    from models.contracts.enums import GateAsk, Oversight
    from models.contracts.pipeline import NO_GATE, Stage
    from models.contracts.stage_outcome import Accepted
    from models.contracts.workflow_state import HandoffInput, HandoffResult, HandoffState, StageView


@workflow.defn
class HandoffWorkflow:
    """One standalone handoff. Its id is `task-{task_id}`. It asks a human if the project's oversight is high."""

    @workflow.init
    def __init__(self, handoff_input: HandoffInput) -> None:
        handoff = handoff_input.handoff
        self._state = handoff_input.state or HandoffState(task_id=handoff_input.task_id)
        self._context = RunContext(
            project_id=handoff_input.project_id,
            name=handoff_input.name,
            oversight=None,
            crew=handoff_input.crew,
            model=handoff_input.model,
            unrecorded=[],
            continues_as_new=False,
            root_id=handoff_input.task_id,
        )
        self._handoff = StageHandoff(
            self._context,
            standalone_stage(handoff_input),
            self._state,
            role=handoff_input.role,
            from_agent=handoff.from_agent,
            context_ids=handoff.context_ids,
        )
        # A response may arrive before the handoff resumes. Its gate is already open.
        if self._state.gate is not None:
            self._context.gates.open(self._state.gate)

    @workflow.run
    async def run(self, handoff_input: HandoffInput) -> HandoffResult:
        """Run the handoff until it is accepted or rejected."""
        recorder = self._context.recorder
        running = asyncio.create_task(self._handoff.run())
        try:
            while not running.done():
                await workflow.wait_condition(lambda: running.done() or bool(recorder.unrecorded))
                await recorder.late_responses()
        except BaseException as error:
            if is_cancelled_exception(error):
                cancel_handoff(running)
                await workflow.wait([running])
                await self._context.inbox.settle()
            raise
        await self._context.inbox.settle()
        return HandoffResult(
            task_id=handoff_input.task_id,
            accepted=isinstance(running.result(), Accepted),
            artifacts=self._state.accepted or (),
        )

    @workflow.query
    def state(self) -> StageView:
        """Return the progress of the handoff as the workflow knows it."""
        return self._handoff.view()

    @workflow.signal(dynamic=True)
    async def handle_signal(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Receive `respond`, a response to a HITL request (HitlResponse), or `extend`, a later deadline of one
        (HitlExtension). Any other signal is recorded as a problem."""
        await self._context.inbox.receive(name, payloads)


def standalone_stage(handoff_input: HandoffInput) -> Stage:
    """Return the stage of a standalone handoff. It asks a human if the project's oversight is high."""
    handoff = handoff_input.handoff
    asks = GateAsk.ALWAYS if handoff_input.oversight is Oversight.HIGH else GateAsk.NEVER
    return Stage(
        name=handoff.phase,
        agent=handoff.to_agent,
        instructions=handoff.instructions,
        produces=handoff.expected_outputs,
        gate=NO_GATE.model_copy(update={"ask": asks}),
        priority=handoff.priority,
    )
