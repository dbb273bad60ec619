"""All that the view of a project shows, on the wire."""

from __future__ import annotations

from pydantic import Field

from api.shapes.artifacts import ArtifactItem
from api.shapes.budgets import ProjectBudgets
from api.shapes.hitl import RequestItem
from api.shapes.projects import ProjectProgress, ProjectPublic
from api.shapes.shape import Page, Shape


class ProjectOverview(Shape):
    """A project, read at once. Each part is what its own endpoint returns; lists are their first pages."""

    project: ProjectPublic
    progress: ProjectProgress
    artifacts: Page[ArtifactItem] = Field(description="The first 200; `next_cursor` is one of the list.")
    requests: Page[RequestItem] = Field(description="The first 200; `next_cursor` is one of the list.")
    budget: ProjectBudgets
