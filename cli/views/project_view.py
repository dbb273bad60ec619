"""What a project's events add up to: how each stage stands, and which gates wait."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from cli.client.shapes import Event
from cli.exits import BY_STATUS


class StageStatus(StrEnum):
    PENDING = "pending"
    WORKING = "working"
    WAITING = "waiting for a decision"
    REDO = "to be redone"
    SENT_BACK = "sent back"
    DONE = "done"
    APPROVED = "approved"
    AMENDED = "amended"
    EXPIRED = "expired"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def moving(self) -> bool:
        """Whether its clock runs."""
        return self in (StageStatus.WORKING, StageStatus.WAITING)


class Clock:
    """The server's time, as its events tell it: this machine's own may be wrong."""

    def __init__(self) -> None:
        self._seen: datetime | None = None
        self._at = 0.0

    def hear(self, moment: datetime) -> None:
        if self._seen is None or moment > self.now():
            self._seen, self._at = moment, time.monotonic()

    def now(self) -> datetime:
        if self._seen is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(self._seen.timestamp() + time.monotonic() - self._at, UTC)


@dataclass(slots=True)
class StageRow:
    """One stage as the latest of its tasks has it."""

    name: str
    agent: str
    status: StageStatus = StageStatus.PENDING
    doing: str = ""
    fraction: float | None = None
    round: int = 0
    task_id: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    failed_verdict: bool = False
    """Whether its verdict is a failure that nobody has decided on."""

    def seconds(self, now: datetime) -> float | None:
        """How long its task has taken, its gate included; None before it starts."""
        if self.started is None:
            return None
        return max(0.0, ((self.ended or now) - self.started).total_seconds())


@dataclass(slots=True)
class Board:
    """The stages in the pipeline's order. `status` and `reason` are the project's own."""

    stages: dict[str, StageRow] = field(default_factory=dict)
    status: str = "starting"
    reason: str = ""
    open: dict[str, str] = field(default_factory=dict)
    """The stage of each request that no event has closed."""

    seq: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    rehearsal: bool = False
    clock: Clock = field(default_factory=Clock)

    @property
    def settled(self) -> bool:
        return self.status in BY_STATUS

    def seconds(self) -> float:
        """How long the project has taken."""
        if self.started is None:
            return 0.0
        return max(0.0, ((self.ended or self.clock.now()) - self.started).total_seconds())

    def apply(self, event: Event) -> None:
        """Take in one event; they come in the log's order."""
        moment = event.timestamp or self.clock.now()
        self.seq = event.seq or self.seq
        if event.seq is not None:
            self.clock.hear(moment)
            self.started = self.started or moment
        match event.event_type:
            case "workflow_event":
                self._follow_status(event, moment)
            case "task_started":
                self._start(event, moment)
            case "hitl_request":
                self._wait(event)
                self.open[event.text("request_id")] = event.text("stage")
            case "hitl_response" | "hitl_expired":
                if event.event_type == "hitl_response":
                    self._row(event).failed_verdict = False
                self.open.pop(event.text("request_id"), None)
                self._end(event, moment, _decided(event))
            case "task_progress":
                self._progress(event)
            case "task_completed":
                self._row(event).failed_verdict = _failed_verdict(event)
                self._end(event, moment, StageStatus.SENT_BACK if _failed_verdict(event) else StageStatus.DONE)
            case "task_failed":
                self._end(event, moment, StageStatus.FAILED)
                self._row(event).doing = event.text("error")
            case "task_cancelled":
                self._end(event, moment, StageStatus.CANCELLED)
                # No event closes the request of a task that is cancelled.
                self.open = {request: stage for request, stage in self.open.items() if stage != event.text("stage")}

    def _follow_status(self, event: Event, moment: datetime) -> None:
        self.status = event.text("status") or self.status
        self.reason = event.text("reason")
        if self.settled:
            self.ended = moment
            self.open.clear()

    def _row(self, event: Event) -> StageRow:
        name = event.text("stage")
        return self.stages.setdefault(name, StageRow(name, event.agent_type or ""))

    def _start(self, event: Event, moment: datetime) -> None:
        row = self._row(event)
        row.status, row.agent, row.task_id = StageStatus.WORKING, event.agent_type or row.agent, event.task_id
        row.round, row.started, row.ended, row.doing, row.fraction = event.number("round"), moment, None, "", None
        row.failed_verdict = False

    def _wait(self, event: Event) -> None:
        row = self._row(event)
        row.status, row.ended = StageStatus.WAITING, None

    def _progress(self, event: Event) -> None:
        row = self._row(event)
        if row.task_id == event.task_id and row.status is StageStatus.WORKING:
            fraction = event.data.get("fraction")
            row.doing = event.text("message")
            row.fraction = float(fraction) if isinstance(fraction, int | float) else None

    def _end(self, event: Event, moment: datetime, status: StageStatus) -> None:
        row = self._row(event)
        if row.task_id in (event.task_id, None):
            row.status, row.ended, row.doing, row.fraction = status, moment, "", None


def _failed_verdict(event: Event) -> bool:
    return event.data.get("verdict") == "failed"


def _decided(event: Event) -> StageStatus:
    accepted = bool(event.data.get("accepted"))
    if event.event_type == "hitl_expired":
        return StageStatus.APPROVED if accepted else StageStatus.EXPIRED
    match event.text("action"):
        case "reject":
            return StageStatus.REJECTED
        case "amend" if accepted:
            return StageStatus.AMENDED
        case "approve" if accepted:
            return StageStatus.APPROVED
        case _:
            return StageStatus.REDO
