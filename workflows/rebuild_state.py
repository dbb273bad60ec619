"""A workflow's state from its records: what it would know, had its history been kept.

The events of the log are followed in their order, each with the step that the workflow took at that point (see
`StageHandoff` and `ProjectWorkflow`). What was decided stays decided. A step that was under way is run again as the
same task, and so finds its checkpoint and counts its failures on; an open gate opens as the same request, with its
deadline. Where a rejection was written down and the workflow had not ended the project, the gate is opened with that
response in it: the records answer how it was closed (docs/decisions/0008), and the workflow follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from models.contracts.enums import EventType, HitlAction, HitlReason, HitlStatus, TaskStatus, Verdict
from models.contracts.handoff import ArtifactRef
from models.contracts.hitl import HitlResponse, JudgedResponse
from models.contracts.pipeline import Pipeline, Stage
from models.contracts.project import GateState, HandoffInput, HandoffState, ProjectState
from models.contracts.recovery import RecordedEvent, RecordedRequest, WorkflowRecords
from workflows.gate import too_late
from workflows.handoff import MAX_FEEDBACK

_FOLLOWED = {
    EventType.TASK_STARTED: "_started",
    EventType.TASK_COMPLETED: "_completed",
    EventType.TASK_FAILED: "_failed",
    EventType.HITL_RESPONSE: "_responded",
    EventType.HITL_EXPIRED: "_expired",
}


def rebuild_project_state(
    pipeline: Pipeline, recorded: WorkflowRecords, unheard: Iterable[HitlResponse] = ()
) -> ProjectState:
    """The state of a project's workflow; `unheard` are responses that its last run was sent and did not judge."""
    rebuilding = _StateBuilder(pipeline.stages, recorded, pipeline.descendants)
    stages = rebuilding.states()
    return ProjectState(
        stages=stages,
        paused=recorded.paused_at is not None,
        deadlines_held=recorded.paused_at is not None,
        pauses=recorded.pauses,
        opened=False,
        unrecorded=_offer(stages.values(), unheard),
    )


def rebuild_handoff_state(
    given: HandoffInput, recorded: WorkflowRecords, unheard: Iterable[HitlResponse] = ()
) -> HandoffState:
    """The state of a handoff that runs alone."""
    stage = Stage(name=given.handoff.phase, agent=given.handoff.to_agent, produces=given.handoff.expected_outputs)
    state = _StateBuilder((stage,), recorded, lambda name: ()).states()[stage.name]
    if state.round == 0:
        state.task_id = given.task_id
    _offer([state], unheard)
    return state


def _offer(states: Iterable[HandoffState], unheard: Iterable[HitlResponse]) -> list[JudgedResponse]:
    """Hand responses to the open gates that they answer; returns the others, as too late."""
    gates = {state.gate.request.request_id: state.gate for state in states if state.gate is not None}
    late = []
    for response in unheard:
        if response.request_id in gates:
            gates[response.request_id].offered.append(response)
        else:
            late.append(too_late(response))
    return late


class _StateBuilder:
    """The stages as they become, event by event. `working` holds the stages whose step was under way."""

    def __init__(
        self, stages: Iterable[Stage], recorded: WorkflowRecords, descendants: Callable[[str], tuple[str, ...]]
    ) -> None:
        self._stages = {stage.name: stage for stage in stages}
        self._recorded = recorded
        self._descendants = descendants
        self._states = {name: HandoffState() for name in self._stages}
        self._working: set[str] = set()
        self._asked = {one.task_id: one for one in recorded.requests.values()}

    def states(self) -> dict[str, HandoffState]:
        """How each stage stands after all that was recorded."""
        for event in self._recorded.events:
            name = str(event.data.get("stage"))
            if event.event_type in _FOLLOWED and name in self._stages:
                getattr(self, _FOLLOWED[event.event_type])(event, self._stages[name], self._states[name])
        for name in self._working:
            self._take_back(self._states[name])
        for state in self._states.values():
            if state.gate is not None:
                paused_at = self._recorded.paused_at
                state.gate.held_since = paused_at and max(paused_at, self._request(state.gate).opened_at)
            if state.gate is not None and self._request(state.gate).status is HitlStatus.CANCELLED:
                state.gate = None  # nobody can answer it any more: the stage is done again
        return self._states

    def _take_back(self, state: HandoffState) -> None:
        """Have a step that was under way run again, as the same task; one that was called off, as a new one."""
        task = self._recorded.tasks.get(state.task_id) if state.task_id else None
        if task is not None and task.status is TaskStatus.CANCELLED:
            return
        state.round -= 1
        if state.round == 0:
            state.task_id = None

    def _request(self, gate: GateState) -> RecordedRequest:
        return self._recorded.requests[gate.request.request_id]

    def _started(self, event: RecordedEvent, stage: Stage, state: HandoffState) -> None:
        state.round, state.task_id = int(event.data["round"]), event.task_id
        state.feedback, state.gate, state.accepted = event.data.get("feedback"), None, None
        self._working.add(stage.name)

    def _completed(self, event: RecordedEvent, stage: Stage, state: HandoffState) -> None:
        if not self._ends(event, stage, state):
            return
        state.produced = self._recorded.tasks[event.task_id].wrote if event.task_id in self._recorded.tasks else ()
        state.feedback, state.report, state.reopens = None, (), ()
        state.failed_verdict = event.data.get("verdict") == Verdict.FAILED
        if self._asks(event, state):
            return
        if state.failed_verdict:
            state.reworked += 1
            feedback = f"{stage.agent} found failures in {stage.name}; its report is among the inputs."
            self._send_back(stage, feedback, state.produced)
        else:
            state.accepted = state.produced

    def _failed(self, event: RecordedEvent, stage: Stage, state: HandoffState) -> None:
        if self._ends(event, stage, state):
            self._asks(event, state)

    def _ends(self, event: RecordedEvent, stage: Stage, state: HandoffState) -> bool:
        """Whether this is the end of the stage's step; one that was called off has no effect."""
        if stage.name not in self._working or state.task_id != event.task_id:
            return False
        self._working.discard(stage.name)
        return True

    def _asks(self, event: RecordedEvent, state: HandoffState) -> bool:
        """Open the gate where the step asked a human."""
        asked = self._asked.get(event.task_id) if event.task_id else None
        if asked is not None:
            state.gate = GateState(request=asked.request)
        return asked is not None

    def _responded(self, event: RecordedEvent, stage: Stage, state: HandoffState) -> None:
        if (gate := self._closed(event, state)) is None:
            return
        accepted = tuple(ArtifactRef.model_validate(one) for one in event.data.get("accepted", ()))
        comment = event.data.get("comment")
        if event.data["action"] == HitlAction.REJECT:
            response = self._request(gate).response
            gate.offered = [response] if response else []  # judged again, it ends the project as it did
        elif accepted:
            state.gate, state.produced, state.accepted = None, accepted, accepted
        elif gate.request.reason is HitlReason.FAILED_VERDICT and stage.rework is not None:
            state.gate = None
            self._send_back(stage, comment or "", state.produced)
        else:
            state.gate = None
            state.feedback = _joined(state.feedback, comment)

    def _expired(self, event: RecordedEvent, stage: Stage, state: HandoffState) -> None:
        # Otherwise the gate stays as it is: its deadline has passed, which ends the project as it did.
        if (gate := self._closed(event, state)) is not None and event.data.get("accepted"):
            state.gate, state.accepted = None, gate.request.artifacts

    def _closed(self, event: RecordedEvent, state: HandoffState) -> GateState | None:
        """The gate that this event closes; None where it had been called off."""
        if state.gate is None or str(state.gate.request.request_id) != event.data.get("request_id"):
            return None
        return state.gate

    def _send_back(self, stage: Stage, feedback: str, report: tuple[ArtifactRef, ...]) -> None:
        if stage.rework is None:
            return
        again = self._descendants(stage.rework.to)
        for name in again:
            self._states[name].accepted = self._states[name].gate = None
            self._working.discard(name)
        target = self._states[stage.rework.to]
        target.accepted = None
        target.feedback, target.report = _joined(target.feedback, feedback), (*target.report, *report)
        target.reopens = tuple(dict.fromkeys((*target.reopens, stage.rework.to, *again)))


def _joined(*comments: str | None) -> str | None:
    return "\n\n".join(filter(None, comments))[:MAX_FEEDBACK] or None
