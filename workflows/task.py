"""HandoffWorkflow: one handoff that a person asked for, outside the project's pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import is_cancelled_exception

from workflows.handoff import StageHandoff, cancel_handoff
from workflows.run_context import RunContext

with workflow.unsafe.imports_passed_through():
    from models.contracts.ending import Accepted
    from models.contracts.enums import GateAsk, Oversight
    from models.contracts.pipeline import NO_GATE, Stage
    from models.contracts.project import HandoffInput, HandoffResult, HandoffState, StageView


@workflow.defn
class HandoffWorkflow:
    """One handoff, alone. Its id is `task-{task_id}`; it asks a human where the project's oversight is high."""

    @workflow.init
    def __init__(self, given: HandoffInput) -> None:
        handoff = given.handoff
        asks = GateAsk.ALWAYS if given.oversight is Oversight.HIGH else GateAsk.NEVER
        self._state = given.state or HandoffState(task_id=given.task_id)
        self._context = RunContext(
            project_id=given.project_id,
            name=given.name,
            oversight=None,
            unrecorded=[],
            continues_as_new=False,
            root_id=given.task_id,
        )
        self._handoff = StageHandoff(
            self._context,
            Stage(
                name=handoff.phase,
                agent=handoff.to_agent,
                instructions=handoff.instructions,
                produces=handoff.expected_outputs,
                gate=NO_GATE.model_copy(update={"ask": asks}),
                priority=handoff.priority,
            ),
            self._state,
            from_agent=handoff.from_agent,
            context_ids=handoff.context_ids,
        )
        # A response may be here before the handoff is taken up again: its gate is open all the same.
        if self._state.gate is not None:
            self._context.gates.open(self._state.gate)

    @workflow.run
    async def run(self, given: HandoffInput) -> HandoffResult:
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
            task_id=given.task_id,
            accepted=isinstance(running.result(), Accepted),
            artifacts=self._state.accepted or (),
        )

    @workflow.query
    def state(self) -> StageView:
        """How far the handoff is, as the workflow itself knows it."""
        return self._handoff.view()

    @workflow.signal(dynamic=True)
    async def signalled(self, name: str, payloads: Sequence[RawValue]) -> None:
        """`respond` brings a person's response to a HITL request (HitlResponse); any other name is a problem."""
        await self._context.inbox.receive(name, payloads)
