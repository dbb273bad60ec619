"""The progress of a workflow: the answers of its `state` query, and what operators see in Temporal."""

from __future__ import annotations

from collections.abc import Iterable

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from models.contracts import search_attributes
    from models.contracts.pipeline import Stage
    from models.contracts.workflow_state import HandoffState, StageView

PHASE = SearchAttributeKey.for_keyword(search_attributes.PHASE)
WAITING = SearchAttributeKey.for_bool(search_attributes.WAITING)


def stage_view(stage: Stage, state: HandoffState, *, is_running: bool) -> StageView:
    """Return one stage for the `state` query."""
    if state.accepted is not None:
        status = "accepted"
    elif state.gate is not None:
        status = "waiting for a decision"
    else:
        status = "working" if is_running else "pending"
    return StageView(
        stage=stage.name,
        agent=stage.agent,
        status=status,
        round=state.round,
        request_id=state.gate.request.request_id if state.gate else None,
    )


class ProgressPublisher:
    """Shows operators the progress of a project, in search attributes and as a table of the stages.

    `phase` is the search attribute that the workflow was started with.
    """

    def __init__(self, phase: str) -> None:
        self._published: tuple[str | None, bool] = (phase, False)

    def publish(self, phase: str | None, stages: Iterable[StageView], *, is_waiting: bool) -> None:
        """Show the progress. Call it only for longer steps and open gates: a search attribute costs an event."""
        if (phase, is_waiting) != self._published:
            self._published = (phase, is_waiting)
            workflow.upsert_search_attributes([PHASE.value_set(phase or ""), WAITING.value_set(is_waiting)])
        rows = "\n".join(f"| {stage.stage} | {stage.agent} | {stage.status} | {stage.round} |" for stage in stages)
        workflow.set_current_details(f"| stage | agent | status | round |\n| --- | --- | --- | --- |\n{rows}")
