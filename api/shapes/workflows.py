"""Workflows and their problems on the wire."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.shapes.shape import Shape
from models.contracts.contract import Moment
from models.contracts.enums import ProjectStatus, WorkflowProblemKind
from store.open_workflows import OpenWorkflow


class WorkflowPublic(Shape):
    """The Temporal workflow of a project."""

    project_id: UUID
    workflow_id: str
    run_id: str
    status: str = Field(examples=["running"])
    history_length: int
    started_at: Moment
    closed_at: Moment | None
    url: str | None = Field(description="Its page in Temporal's web UI; null if none is configured.")


class WorkflowProblemPublic(Shape):
    """Why an open project or standalone task makes no progress. `missing`: Temporal has no such workflow, or it has
    closed; `stuck`: its workflow tasks fail; `inconsistent`: it waits for something that is not in the records."""

    model_config = ConfigDict(extra="ignore")

    kind: WorkflowProblemKind
    detail: str
    since: Moment = Field(description="When a worker first found the problem.")


class WorkflowProblemItem(WorkflowProblemPublic):
    """A problem with its project; with a `task_id`, the workflow is that of a standalone task."""

    workflow_id: str
    project_id: UUID
    task_id: UUID | None
    project_name: str
    project_status: ProjectStatus

    @classmethod
    def of(cls, row: OpenWorkflow) -> Self:
        assert row.problem is not None
        return cls(
            workflow_id=row.workflow_id,
            project_id=row.project_id,
            task_id=row.task_id,
            project_name=row.name,
            project_status=row.status,
            **row.problem.model_dump(exclude={"run_id"}),
        )


class WorkflowChange(Shape):
    """A restart or end of a workflow; the project's log records it, too."""

    workflow_id: str
    project_id: UUID
    task_id: UUID | None
    requested: str = Field(examples=["restart"])


class WorkflowProblems(Shape):
    """The workflows with problems: the number of each kind, and the first ones."""

    missing: int
    stuck: int
    inconsistent: int
    items: list[WorkflowProblemItem] = Field(
        description="At most 20 of those that the caller may see; GET /api/v1/workflows/problems lists them all."
    )

    @property
    def total(self) -> int:
        return self.missing + self.stuck + self.inconsistent
