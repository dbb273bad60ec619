"""A project's state, computed from its events: the status of each stage, and the open requests."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from cli.client.shapes import Event, Project
from cli.client.spending import Spending
from models.contracts import event_data
from models.contracts.enums import FINAL_PROJECT_STATUSES, HitlAction, ProjectStatus, Verdict

LIVE = "live"
"""The type of the frames with what a model is writing."""

MAX_WRITTEN = 1000
"""Characters of it that are kept."""


class StageStatus(StrEnum):
    PENDING = "pending"
    WORKING = "working"
    WAITING = "waiting for a decision"
    REDO = "to be repeated"
    SENT_BACK = "sent back"
    DONE = "done"
    APPROVED = "approved"
    AMENDED = "amended"
    EXPIRED = "expired"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"


RETRIED = (StageStatus.REJECTED, StageStatus.FAILED, StageStatus.EXPIRED, StageStatus.CANCELLED)
"""How the stages end with which a project ends; they run again if it is retried."""


class ServerClock:
    """The server's time, estimated from its events, since this machine's clock may be wrong."""

    def __init__(self) -> None:
        self._latest: datetime | None = None
        self._received = 0.0

    def update(self, moment: datetime) -> None:
        """Take in the time of an event; an older one changes nothing."""
        if self._latest is None or moment > self.now():
            self._latest, self._received = moment, time.monotonic()

    def now(self) -> datetime:
        if self._latest is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(self._latest.timestamp() + time.monotonic() - self._received, UTC)


@dataclass(slots=True)
class StageRow:
    """One stage, as of its latest task."""

    name: str
    agent: str
    status: StageStatus = StageStatus.PENDING
    activity: str = ""
    fraction: float | None = None
    written: str = ""
    """The end of what its model is writing."""

    round: int = 0
    task_id: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    has_failed_verdict: bool = False
    """Whether its verdict is a failure that no person has decided on."""
    wait: event_data.StepWait | None = None
    """What its step waits for, as of its newest progress, at `wait_told`."""
    wait_told: datetime | None = None

    def wait_left(self, now: datetime) -> float | None:
        """Return for about how many seconds more its step waits; None if that is unknown."""
        if self.wait is None or self.wait.seconds is None or self.wait_told is None:
            return None
        return max(0.0, self.wait.seconds - (now - self.wait_told).total_seconds())

    @property
    def last_line(self) -> str:
        """The last line that its model has written."""
        return next((line for line in reversed(self.written.splitlines()) if line.strip()), "")

    def seconds(self, now: datetime) -> float | None:
        """Return how long its task has taken, including its gate, or None before it starts."""
        if self.started is None:
            return None
        return max(0.0, ((self.ended or now) - self.started).total_seconds())


@dataclass(slots=True)
class ProjectView:
    """The stages in the pipeline's order, with the project's own `status` and `reason`."""

    stages: dict[str, StageRow] = field(default_factory=dict)
    status: str = ProjectStatus.STARTING
    reason: str = ""
    open_requests: dict[str, str] = field(default_factory=dict)
    """The stage of each request that no event has closed, by request id."""

    stops: dict[UUID, event_data.StopChange] = field(default_factory=dict)
    """The stops that hold, as far as the log says."""

    seq: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    is_rehearsal: bool = False
    spending: Spending | None = None
    """What its calls of models have used, as read last; no event says it."""

    clock: ServerClock = field(default_factory=ServerClock)

    @classmethod
    def of(cls, project: Project, is_rehearsal: bool) -> ProjectView:
        """Return the view before the first event: every stage of the pipeline, pending."""
        stages = project.pipeline_definition.stages
        return cls({stage.name: StageRow(stage.name, stage.agent) for stage in stages}, is_rehearsal=is_rehearsal)

    @property
    def has_ended(self) -> bool:
        return self.status in FINAL_PROJECT_STATUSES

    def seconds(self) -> float:
        """Return how long the project has taken."""
        if self.started is None:
            return 0.0
        return max(0.0, ((self.ended or self.clock.now()) - self.started).total_seconds())

    def apply(self, event: Event) -> None:
        """Update the view with one event; events must come in the order of the log."""
        moment = event.timestamp or self.clock.now()
        self.seq = event.seq or self.seq
        if event.seq is not None:
            self.clock.update(moment)
            self.started = self.started or moment
        if event.event_type == LIVE:
            self._write(event)
        data = event.payload
        match data:
            case event_data.WorkflowEvent():
                if event.task_id is None:  # otherwise it is about the workflow of a standalone task
                    self._update_status(data, moment)
            case event_data.TaskStarted():
                row = self._row(data.stage, event)
                row.status, row.agent, row.task_id = StageStatus.WORKING, event.agent_type or row.agent, event.task_id
                row.round, row.started, row.ended, row.activity, row.fraction = data.round, moment, None, "", None
                row.has_failed_verdict, row.written = False, ""
                row.wait = None
            case event_data.TaskProgress():
                row = self._row(data.stage, event)
                if row.task_id == event.task_id and row.status is StageStatus.WORKING:
                    row.activity, row.fraction, row.written = data.message, data.fraction, ""
                    row.wait, row.wait_told = data.wait, moment
            case event_data.TaskCompleted():
                failed = data.verdict == Verdict.FAILED
                self._row(data.stage, event).has_failed_verdict = failed
                self._end(data.stage, event, moment, StageStatus.SENT_BACK if failed else StageStatus.DONE)
            case event_data.TaskFailed():
                self._end(data.stage, event, moment, StageStatus.FAILED)
                self._row(data.stage, event).activity = data.error
            case event_data.TaskCancelled():
                self._end(data.stage, event, moment, StageStatus.CANCELLED)
                # No event closes the request of a cancelled task.
                self.open_requests = {id_: stage for id_, stage in self.open_requests.items() if stage != data.stage}
            case event_data.HitlRequested():
                row = self._row(data.stage, event)
                row.status, row.ended = StageStatus.WAITING, None
                self.open_requests[str(data.request_id)] = data.stage
            case event_data.HitlResponded():
                self._row(data.stage, event).has_failed_verdict = False
                self.open_requests.pop(str(data.request_id), None)
                self._end(data.stage, event, moment, _status_of_response(data))
            case event_data.HitlExpired():
                self.open_requests.pop(str(data.request_id), None)
                status = StageStatus.APPROVED if data.accepted else StageStatus.EXPIRED
                self._end(data.stage, event, moment, status)
            case event_data.StopChange():
                self.stops.pop(data.stop_id, None)
                if data.stopped:
                    self.stops[data.stop_id] = data
            case (
                event_data.AgentStatusChange()
                | event_data.ArtifactCreated()
                | event_data.ContextGiven()
                | event_data.ContextWithdrawn()
                | event_data.BudgetAlert()
                | event_data.HitlExtended()
                | event_data.ProjectChange()
                | event_data.ProjectControl()
                | event_data.ErrorEvent()
                | None
            ):
                pass
            case _:
                assert_never(data)

    def _update_status(self, data: event_data.WorkflowEvent, moment: datetime) -> None:
        self.status, self.reason = data.status or self.status, data.reason or ""
        if self.has_ended:
            self.ended = moment
            self.open_requests.clear()
        elif data.retried_from:
            self.ended, self.reason = None, ""
            for row in self.stages.values():
                if row.status in RETRIED or row.name == data.retried_from:
                    row.status, row.has_failed_verdict = StageStatus.REDO, False

    def _write(self, event: Event) -> None:
        """Take in what a model has written since the frame before."""
        row, data = self.stages.get(str(event.data.get("stage"))), event.data
        if row is None or row.task_id != event.task_id:
            return
        before = row.written if data.get("offset") else ""
        row.written = "" if data.get("ended") else f"{before}{data.get('text', '')}"[-MAX_WRITTEN:]

    def _row(self, stage: str, event: Event) -> StageRow:
        return self.stages.setdefault(stage, StageRow(stage, event.agent_type or ""))

    def _end(self, stage: str, event: Event, moment: datetime, status: StageStatus) -> None:
        row = self._row(stage, event)
        if row.task_id in (event.task_id, None):
            row.status, row.ended, row.activity, row.fraction = status, moment, "", None


def _status_of_response(data: event_data.HitlResponded) -> StageStatus:
    match data.action:
        case HitlAction.REJECT:
            return StageStatus.REJECTED
        case HitlAction.AMEND if data.redo:
            return StageStatus.DONE if data.accepted else StageStatus.SENT_BACK
        case HitlAction.AMEND if data.accepted:
            return StageStatus.AMENDED
        case HitlAction.APPROVE if data.accepted:
            return StageStatus.APPROVED
        case _:
            return StageStatus.REDO
