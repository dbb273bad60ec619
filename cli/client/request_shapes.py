"""HITL requests, as the API returns them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from cli.client.shapes import Artifact, Shape
from models.contracts.approvals import Eligibility
from models.contracts.budget import Shortage
from models.contracts.enums import UNFINISHED, HitlReason, HitlStatus, Verdict


class Decision(Shape):
    """One response to a request, and its outcome."""

    action: str
    outcome: str
    responder: str = ""
    principal_id: str | None = None
    comment: str | None = None
    explanation: str | None = None
    content_hash: str | None = None

    @property
    def has_content(self) -> bool:
        """Whether the person wrote the result."""
        return self.content_hash is not None


class Replacement(Shape):
    """What the step of a request had consumed, and somebody replaced since."""

    artifact_id: str
    replaced_by: str | None = None
    by: str = "somebody"

    @property
    def what(self) -> str:
        if self.replaced_by is None:
            return "withdrawn"
        return "set back" if self.replaced_by == self.artifact_id else "replaced"

    @property
    def words(self) -> str:
        """Who did what, as the page says it."""
        if self.replaced_by is None:
            return f"{self.by} withdrew an input"
        if self.replaced_by == self.artifact_id:
            return f"{self.by} made an earlier version the input again"
        return f"{self.by} replaced an input by a new version"


class Task(Shape):
    """The task that a request is about."""

    id: str = Field(default="", validation_alias="task_id")
    round: int = 1
    verdict: str | None = None
    error: str | None = None
    standalone_task_id: str | None = None

    @property
    def is_standalone(self) -> bool:
        """Whether it is outside the pipeline, so that only it ends with a rejection."""
        return self.standalone_task_id is not None


class AtExpiry(Shape):
    """What happens at a request's deadline; empty in an API of an earlier version."""

    effect: str = ""
    words: str = ""


SHOWN_DIGITS = 12
"""Digits of a request's subject that people see."""


class Request(Shape):
    """A HITL request: the question of a gate. `contents` are the artifacts it asks about, the main one first."""

    id: str = Field(validation_alias="request_id")
    project_id: str
    project_name: str = ""
    stage: str
    agent_type: str
    round: int = 1
    title: str = ""
    question: str
    cause: str | None = None
    log: str | None = None
    reason: str
    status: str
    may_redo: bool = True
    needs_person: bool = False
    redo_default: str = ""
    redo_stages: tuple[str, ...] = ()
    supplies: str | None = None
    shortage: Shortage | None = None
    shortage_now: Shortage | None = None
    created_at: datetime
    expires_at: datetime
    at_expiry: AtExpiry = AtExpiry()
    deadline_held: bool = False
    subject_hash: str | None = None
    eligibility: Eligibility = Eligibility()
    contents: tuple[Artifact, ...] = ()
    history: tuple[Decision, ...] = ()
    replaced: tuple[Replacement, ...] = ()
    task: Task = Task()

    @property
    def is_failure(self) -> bool:
        """Whether it is about a step without a result or a failed verdict rather than a review."""
        failed = self.reason in (*UNFINISHED, HitlReason.FAILED_VERDICT)
        return failed or self.task.verdict == Verdict.FAILED

    @property
    def is_barred(self) -> bool:
        """Whether others have to decide."""
        return not self.eligibility.may_decide

    @property
    def is_pending(self) -> bool:
        return self.status == HitlStatus.PENDING

    @property
    def is_failed_step(self) -> bool:
        """Whether the step has no result to review: its agent failed or was stopped, or a budget ended it."""
        return self.reason in UNFINISHED

    @property
    def is_exhausted_budget(self) -> bool:
        """Whether a budget did not allow the step to continue: approving may raise it."""
        return self.reason == HitlReason.BUDGET

    @property
    def may_approve(self) -> bool:
        """Whether approving is possible: approving a failed step runs it again, which needs a round."""
        return self.may_redo or self.reason != HitlReason.FAILED_STEP
