"""Rebuild a workflow's state from its records, for a workflow whose history is lost or unusable.

The events are applied in order, with the same rules as in `StageHandoff` and `ProjectWorkflow`. Decisions are kept. A
step that was running runs again as the same task, so that it finds its checkpoint and keeps its failure count. An open
gate opens as the same request, with its deadline. If a rejection was recorded before the workflow ended the project,
its gate opens with that response queued: the records return how the request was closed (docs/decisions/0008), and the
workflow follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from models.contracts.enums import HitlAction, HitlReason, HitlStatus, TaskStatus, Verdict
from models.contracts.event_data import (
    HitlExpired,
    HitlResponded,
    TaskCompleted,
    TaskFailed,
    TaskStarted,
    WorkflowEvent,
)
from models.contracts.hitl import HitlResponse, JudgedResponse
from models.contracts.pipeline import Pipeline, Stage
from models.contracts.project import ProjectState
from models.contracts.recovery import RecordedRequest, WorkflowRecords
from models.contracts.stage_outcome import SentBack
from models.contracts.workflow_state import GateState, HandoffInput, HandoffState
from workflows.gate import resumes_same_task
from workflows.rework import count_failed_verdict, join_feedback, redo, retry, send_back
from workflows.standalone_handoff import standalone_stage

StageEvent = TaskStarted | TaskCompleted | TaskFailed | HitlResponded | HitlExpired
"""The events that move a stage."""


def rebuild_project_state(
    pipeline: Pipeline, recorded: WorkflowRecords, unjudged: Iterable[HitlResponse] = ()
) -> ProjectState:
    """Return the state of a project's workflow. `unjudged` are responses that its last run did not judge."""
    builder = _StateBuilder(pipeline.stages, recorded, pipeline.descendants)
    stages = builder.states()
    return ProjectState(
        stages=stages,
        paused=recorded.paused_at is not None,
        deadlines_held=recorded.paused_at is not None,
        pauses=recorded.pauses,
        opened=False,
        gates_passed=builder.gates_passed,
        unrecorded=_offer(stages.values(), unjudged),
    )


def rebuild_handoff_state(
    handoff_input: HandoffInput, recorded: WorkflowRecords, unjudged: Iterable[HitlResponse] = ()
) -> HandoffState:
    """Return the state of a standalone handoff's workflow."""
    stage = standalone_stage(handoff_input)
    state = _StateBuilder((stage,), recorded, lambda name: ()).states()[stage.name]
    if state.round == 0:
        state.task_id = handoff_input.task_id
    _offer([state], unjudged)
    return state


def _offer(states: Iterable[HandoffState], unjudged: Iterable[HitlResponse]) -> list[JudgedResponse]:
    """Queue responses at the open gates that they answer. Return the others as too late."""
    gates = {state.gate.request.request_id: state.gate for state in states if state.gate is not None}
    late = []
    for response in unjudged:
        if response.request_id in gates:
            gates[response.request_id].offered.append(response)
        else:
            late.append(JudgedResponse.too_late(response))
    return late


class _StateBuilder:
    """Applies the events to the stages. `_working` holds the stages whose step is running.

    `gates_passed` counts the gates that passed without a person since a person last decided.
    """

    def __init__(
        self, stages: Iterable[Stage], recorded: WorkflowRecords, descendants: Callable[[str], tuple[str, ...]]
    ) -> None:
        self._stages = {stage.name: stage for stage in stages}
        self._recorded = recorded
        self._descendants = descendants
        self._states = {name: HandoffState() for name in self._stages}
        self._working: set[str] = set()
        self.gates_passed = 0
        self._requests_by_task = {request.task_id: request for request in recorded.requests.values()}

    def states(self) -> dict[str, HandoffState]:
        """Return the state of each stage after all events."""
        for event in self._recorded.events:
            if isinstance(event.data, StageEvent) and event.data.stage in self._stages:
                self._apply(event.task_id, event.data)
            elif isinstance(event.data, WorkflowEvent) and event.data.retried_from in self._stages:
                self._retried(event.data.retried_from, event.data.reason)
        for name in self._working:
            self._repeat_step(self._states[name])
        for state in self._states.values():
            if state.gate is not None:
                paused_at = self._recorded.paused_at
                state.gate.held_since = paused_at and max(paused_at, self._request(state.gate).opened_at)
            if state.gate is not None and self._request(state.gate).status is HitlStatus.CANCELLED:
                state.gate = None  # it can no longer be answered, so the stage runs again
        return self._states

    def _apply(self, task_id: UUID | None, data: StageEvent) -> None:
        stage, state = self._stages[data.stage], self._states[data.stage]
        match data:
            case TaskStarted():
                self._started(task_id, data, stage, state)
            case TaskCompleted():
                self._completed(task_id, data, stage, state)
            case TaskFailed():
                self._failed(task_id, stage, state)
            case HitlResponded():
                self._responded(data, stage, state)
            case HitlExpired():
                self._expired(data, stage, state)

    def _repeat_step(self, state: HandoffState) -> None:
        """Have a running step run again as the same task, or as a new one if the task was cancelled."""
        task = self._recorded.tasks.get(state.task_id) if state.task_id else None
        if task is not None and task.status is TaskStatus.CANCELLED:
            return
        state.round -= 1
        if state.round == 0:
            state.task_id = None

    def _request(self, gate: GateState) -> RecordedRequest:
        return self._recorded.requests[gate.request.request_id]

    def _started(self, task_id: UUID | None, data: TaskStarted, stage: Stage, state: HandoffState) -> None:
        state.round, state.task_id, state.continued = data.round, task_id, data.continued
        state.feedback, state.gate, state.accepted = data.feedback, None, None
        self._working.add(stage.name)

    def _completed(self, task_id: UUID | None, data: TaskCompleted, stage: Stage, state: HandoffState) -> None:
        if not self._ends_step(task_id, stage, state):
            return
        task = self._recorded.tasks.get(task_id) if task_id else None
        state.produced = task.wrote if task is not None else ()
        state.feedback, state.report, state.reopens, state.continued = None, (), (), 0
        state.failed_verdict = data.verdict is Verdict.FAILED
        if self._opens_gate(task_id, state):
            return
        if state.failed_verdict:
            self._send_back(stage, count_failed_verdict(stage, state))
        else:
            state.accepted = state.produced
            self._count_pass(stage)

    def _count_pass(self, stage: Stage) -> None:
        if stage.gate is not None:
            self.gates_passed += 1

    def _failed(self, task_id: UUID | None, stage: Stage, state: HandoffState) -> None:
        if self._ends_step(task_id, stage, state):
            self._opens_gate(task_id, state)

    def _ends_step(self, task_id: UUID | None, stage: Stage, state: HandoffState) -> bool:
        """Return whether this ends the stage's step. The end of a cancelled step has no effect."""
        if stage.name not in self._working or state.task_id != task_id:
            return False
        self._working.discard(stage.name)
        return True

    def _opens_gate(self, task_id: UUID | None, state: HandoffState) -> bool:
        """Open the gate if the step asked a human. Return whether it did."""
        recorded = self._requests_by_task.get(task_id) if task_id else None
        if recorded is not None:
            state.gate = GateState(request=recorded.request)
        return recorded is not None

    def _responded(self, data: HitlResponded, stage: Stage, state: HandoffState) -> None:
        if (gate := self._closed(data, state)) is None:
            return
        if not data.without_asking:
            self.gates_passed = 0
        elif data.accepted and data.redo is None:
            self._count_pass(stage)
        if data.action is HitlAction.REJECT:
            response = self._request(gate).response
            gate.offered = [response] if response else []  # judging it again ends the project
        elif data.redo is not None:
            state.gate = None
            outcome = redo(state, gate.request, data.redo, data.comment, is_upstream=not data.accepted)
            self._send_back(stage, outcome)
        elif data.accepted:
            state.gate, state.produced, state.accepted = None, data.accepted, data.accepted
        elif gate.request.reason is HitlReason.FAILED_VERDICT and stage.rework is not None:
            state.gate = None
            self._send_back(stage, SentBack(feedback=data.comment or "", report=state.produced))
        elif resumes_same_task(gate.request, data):
            state.gate = None
            state.continued += 1
            self._repeat_step(state)
        else:
            state.gate, state.continued = None, 0
            state.feedback = join_feedback(state.feedback, data.comment)

    def _expired(self, data: HitlExpired, stage: Stage, state: HandoffState) -> None:
        # Otherwise the gate stays open: its deadline has passed, which ends the project.
        if (gate := self._closed(data, state)) is not None and data.accepted:
            state.gate, state.accepted = None, gate.request.artifacts
            self._count_pass(stage)

    def _closed(self, data: HitlResponded | HitlExpired, state: HandoffState) -> GateState | None:
        """Return the gate that this event closes, or None if it had been cancelled."""
        if state.gate is None or state.gate.request.request_id != data.request_id:
            return None
        return state.gate

    def _retried(self, target: str, comment: str | None) -> None:
        """Send the work back to a stage of a project that had ended. What ran or waited then was cancelled."""
        gate = self._states[target].gate
        response = self._request(gate).response if gate is not None else None
        rejection = response.comment if response is not None else None
        self._working.clear()
        self.gates_passed = 0
        retry(self._states, target, self._descendants(target), join_feedback(rejection, comment))

    def _send_back(self, stage: Stage, outcome: SentBack) -> None:
        target = outcome.to or (stage.rework.to if stage.rework else None)
        if target is None:
            return
        descendants = self._descendants(target)
        send_back(self._states, target, descendants, outcome)
        self._working.difference_update((target, *descendants))
