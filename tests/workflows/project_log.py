"""The records of a project, as its activities write them, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from models.contracts.enums import HitlAction, HitlReason, HitlStatus, ProjectStatus, TaskStatus, Verdict
from models.contracts.event_data import (
    EventData,
    HitlExpired,
    HitlRequested,
    HitlResponded,
    TaskCompleted,
    TaskStarted,
    WorkflowEvent,
)
from models.contracts.handoff import ArtifactRef, OpenRequest
from models.contracts.hitl import HitlResponse
from models.contracts.recovery import RecordedEvent, RecordedRequest, RecordedTask, WorkflowRecords
from models.contracts.workflow_state import HandoffState
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, pipeline
from workflows.rebuild_state import rebuild_project_state

VALIDATE: dict[str, Any] = {
    "name": "validate",
    "agent": "tester",
    "consumes": ["source_code"],
    "produces": ["test_results"],
    "rework": {"to": "build"},
}
STAGES = pipeline(PLAN | GATE, BUILD, VALIDATE)


class Log:
    """The events, tasks and requests of a project, in the order in which they are added."""

    def __init__(self) -> None:
        self.events: list[RecordedEvent] = []
        self.tasks: dict[UUID, RecordedTask] = {}
        self.requests: dict[UUID, RecordedRequest] = {}

    def started(self, stage: str, round: int = 1, feedback: str | None = None) -> UUID:
        task_id = uuid7()
        self.tasks[task_id] = RecordedTask(task_id=task_id, status=TaskStatus.WORKING)
        self.add(TaskStarted(stage=stage, round=round, from_agent=None, feedback=feedback), task_id)
        return task_id

    def done(self, stage: str, type: str, round: int = 1, verdict: Verdict | None = None) -> tuple[UUID, ArtifactRef]:
        task_id = self.started(stage, round)
        wrote = ref(type, round)
        self.tasks[task_id] = RecordedTask(task_id=task_id, status=TaskStatus.COMPLETED, wrote=(wrote,))
        self.completed(task_id, stage, round, verdict)
        return task_id, wrote

    def completed(self, task_id: UUID, stage: str, round: int = 1, verdict: Verdict | None = None) -> None:
        completed = TaskCompleted(stage=stage, round=round, verdict=verdict, confidence=None, usage=None, artifacts=())
        self.add(completed, task_id)

    def asks(self, task_id: UUID, stage: str, *artifacts: ArtifactRef, reason: HitlReason = HitlReason.REVIEW) -> UUID:
        """Call this before ending the task: the database has both at once."""
        request = OpenRequest(
            request_id=uuid7(),
            artifacts=artifacts,
            reason=reason,
            expires_at=datetime.now(UTC) + timedelta(hours=1),
            may_redo=True,
        )
        self.requests[request.request_id] = RecordedRequest(
            request=request, opened_at=datetime.now(UTC), task_id=task_id, status=HitlStatus.PENDING
        )
        requested = HitlRequested(
            request_id=request.request_id,
            stage=stage,
            round=1,
            reason=reason,
            question="Is it good?",
            artifacts=artifacts,
            expires_at=request.expires_at,
        )
        self.add(requested, task_id)
        return request.request_id

    def decided(
        self,
        request_id: UUID,
        stage: str,
        action: HitlAction,
        *accepted: ArtifactRef,
        comment: str,
        redo: str | None = None,
        without_asking: bool = False,
    ) -> None:
        asked = self.requests[request_id]
        response = HitlResponse(
            request_id=request_id,
            decision_id=uuid7(),
            action=action,
            comment=comment,
            redo=redo,
            responded_at=datetime.now(UTC),
        )
        status = {HitlAction.REJECT: HitlStatus.REJECTED}.get(action, HitlStatus.APPROVED)
        self.requests[request_id] = replace(asked, status=status, response=response)
        responded = HitlResponded(
            request_id=request_id,
            decision_id=response.decision_id,
            stage=stage,
            round=1,
            action=action,
            status=status,
            comment=comment,
            responder=response.responder,
            accepted=accepted,
            redo=redo,
            without_asking=without_asking,
        )
        self.add(responded, asked.task_id)

    def expired(self, request_id: UUID, stage: str, *, accepted: bool) -> None:
        asked = self.requests[request_id]
        self.requests[request_id] = replace(asked, status=HitlStatus.EXPIRED)
        self.add(HitlExpired(request_id=request_id, stage=stage, round=1, accepted=accepted), asked.task_id)

    def retried(self, stage: str, comment: str | None = None) -> None:
        event = WorkflowEvent(status=ProjectStatus.STARTING, reason=comment, retried_from=stage, by="Ada")
        self.events.append(RecordedEvent(task_id=None, data=event))

    def states(self, stages: Any = STAGES) -> dict[str, HandoffState]:
        recorded = WorkflowRecords(events=tuple(self.events), tasks=self.tasks, requests=self.requests)
        return rebuild_project_state(stages, recorded).stages

    def add(self, data: EventData, task_id: UUID) -> None:
        self.events.append(RecordedEvent(task_id=task_id, data=data))


def ref(type: str, version: int = 1) -> ArtifactRef:
    content_hash = "0" * 64
    return ArtifactRef.model_validate(
        {"artifact_id": uuid7(), "type": type, "version": version, "content_hash": content_hash}
    )
