"""Workflows on the wire, and what keeps them from going on."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.shapes.shape import Moment, Shape
from models.contracts.enums import ProjectStatus, WorkflowProblemKind
from store.open_workflows import OpenWorkflow


class WorkflowProblemPublic(Shape):
    """Why an open project, or a task of its own, stands still. `missing`: Temporal has no such workflow, or it has
    closed; `stuck`: its workflow tasks fail; `inconsistent`: it waits for something that the records do not know."""

    model_config = ConfigDict(extra="ignore")

    kind: WorkflowProblemKind
    detail: str
    since: Moment = Field(description="When a worker first found it so.")


class WorkflowProblemItem(WorkflowProblemPublic):
    """A problem, with whose it is: a project's, or that of a task of its own where there is a `task_id`."""

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
    """What was done with a workflow that did not go on; the project's log tells of it, too."""

    workflow_id: str
    project_id: UUID
    task_id: UUID | None
    requested: str = Field(examples=["restart"])


class WorkflowProblems(Shape):
    """The workflows that do not go on: how many of each kind, and the first of them."""

    missing: int
    stuck: int
    inconsistent: int
    items: list[WorkflowProblemItem] = Field(description="At most 20; GET /api/v1/workflows/problems has them all.")
