"""Health on the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.shapes.shape import Shape
from api.shapes.workflows import WorkflowProblems


class Health(Shape):
    status: Literal["ok"] = "ok"


class ComponentHealth(Shape):
    """One component; `detail` says what is wrong with it, or has a note on one that works."""

    status: Literal["ok", "down"]
    latency_ms: float
    detail: str | None = None
    version: str | None = Field(default=None, description="As the server reports it; null for the worker.")
    count: int | None = Field(default=None, description="The number of polling workers; null for the servers.")


class Links(Shape):
    """Further pages; a link that begins with a slash is on the API itself."""

    temporal_ui: str | None = Field(description="Temporal's web UI; null if none is configured.")
    api_docs: str = "/docs"
    openapi: str = "/openapi.json"


class PipelineLeftOut(Shape):
    """A pipeline file that has errors and cannot be used."""

    file: str
    problems: list[str]


class DetailedHealth(Shape):
    """The overall status; `version` is BotArmy's own. `degraded`: a component is down, or a workflow has a problem."""

    status: Literal["ok", "degraded"]
    version: str
    links: Links
    components: dict[str, ComponentHealth]
    workflows: WorkflowProblems | None = Field(
        default=None,
        description="Null while the database is unavailable, and without signing in. They do not affect readiness.",
    )
    pipelines_left_out: list[PipelineLeftOut] = Field(
        default=[], description="Files of BOTARMY_PIPELINES_DIR that have errors and cannot be used."
    )
