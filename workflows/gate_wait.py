"""The wait at an open gate, for a response or the deadline, until the records have the outcome."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

from workflows import patches
from workflows.gate import OpenGate
from workflows.run_context import RunContext

with workflow.unsafe.imports_passed_through():
    from models.contracts.handoff import ArtifactRef
    from models.contracts.hitl import HitlResponse
    from models.contracts.records import RequestOutcome


class GateWait:
    """Waits at one open gate.

    Args:
        stage: the name of the gate's stage, for operators.
        accepts_on_expiry: whether the request's artifacts are accepted if its deadline passes.
        redo_stages: the earlier stages to which a response may send the work.
        keeps: returns the stage's earlier artifacts that stay accepted if the given response is applied.
    """

    def __init__(
        self,
        context: RunContext,
        gate: OpenGate,
        *,
        stage: str,
        accepts_on_expiry: bool,
        redo_stages: tuple[str, ...],
        keeps: Callable[[HitlResponse | None], tuple[ArtifactRef, ...]],
    ) -> None:
        self._context = context
        self._gate = gate
        self._stage = stage
        self._accepts_on_expiry = accepts_on_expiry
        self._redo_stages = redo_stages
        self._keeps = keeps

    async def outcome(self) -> RequestOutcome:
        """Return the outcome of the request as recorded."""
        gate = self._gate
        outcome: RequestOutcome | None = None
        while outcome is None:
            if not gate.has_offers:
                await self._wait()
            # A response or an extension that arrived together with the deadline is in time.
            extensions = gate.state.extensions
            if not gate.has_offers:
                await self._context.inbox.drain_pending_signals()
            if not gate.has_offers and gate.state.extensions != extensions:
                continue
            with self._context.busy():
                outcome = await (self._judge() if gate.has_offers else self._expire())
        return outcome

    async def _wait(self) -> None:
        """Wait for a response or for the deadline, which is held while the project is paused."""
        gate, gates = self._gate, self._context.gates
        with suppress(TimeoutError):
            while not gate.has_offers:
                if gates.deadlines_held:
                    await workflow.wait_condition(lambda: gate.has_offers or not gates.deadlines_held)
                    continue
                remaining = gate.state.request.expires_at - workflow.now()
                await workflow.wait_condition(
                    self._is_interrupted_after(gate.state.extensions),
                    timeout=max(remaining, timedelta(0)),
                    timeout_summary=f"waiting for a decision on {self._stage}",
                )

    def _is_interrupted_after(self, extensions: int) -> Callable[[], bool]:
        """Return a function that tells whether the timer of the present deadline, the one after that number of
        extensions, is no longer what to wait for."""
        gate, gates = self._gate, self._context.gates
        return lambda: gate.has_offers or gates.deadlines_held or gate.state.extensions != extensions

    async def _expire(self) -> RequestOutcome | None:
        """Record that the deadline has passed. Return None if the records have a later one."""
        gate = self._gate
        outcome = await self._context.recorder.expiry(gate.state.request, accepts=self._accepts_on_expiry)
        if outcome.check_again_in is not None:
            gate.postpone_deadline(workflow.now() + outcome.check_again_in)
        elif outcome.deadline is not None:
            gate.postpone_deadline(outcome.deadline)
        else:
            return outcome
        return None

    async def _judge(self) -> RequestOutcome | None:
        """Judge the queued responses and record them. Return None if the request is still open."""
        gate, recorder = self._gate, self._context.recorder
        disputed = f"{patches.DISPUTED_IDS}-{gate.state.request.request_id}"
        by_content = not gate.has_disputed_ids or workflow.patched(disputed)
        judgement = gate.judge(self._redo_stages, by_content=by_content)
        try:
            outcome = await recorder.responses(judgement.judged, self._keeps(judgement.winner))
        except BaseException:
            # Cancelled in the middle: the responses are recorded as too late, so that none is lost.
            recorder.unrecorded.extend(gate.undo(judgement))
            raise
        if outcome.refused:
            gate.requeue_superseded(judgement)
            return None
        return outcome if judgement.winner is not None else None
