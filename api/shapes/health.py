"""Health on the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.shapes.shape import Shape
from api.shapes.workflows import WorkflowProblems


class Health(Shape):
    status: Literal["ok"] = "ok"


class ComponentHealth(Shape):
    """One component; `detail` says what is wrong with it, or what is to be known of one that works."""

    status: Literal["ok", "down"]
    latency_ms: float
    detail: str | None = None
    version: str | None = Field(default=None, description="What the server says of itself; null for the worker.")
    count: int | None = Field(default=None, description="How many workers poll; null for the servers.")


class Links(Shape):
    """Where people look further; what begins with a slash is on the API itself."""

    temporal_ui: str | None = Field(description="Temporal's web UI; null where there is none.")
    api_docs: str = "/docs"
    openapi: str = "/openapi.json"


class PipelineLeftOut(Shape):
    """A pipeline file that cannot be run, and why."""

    file: str
    problems: list[str]


class DetailedHealth(Shape):
    """How everything is; `version` is BotArmy's own. `degraded`: a component is down, or a workflow does not go on."""

    status: Literal["ok", "degraded"]
    version: str
    links: Links
    components: dict[str, ComponentHealth]
    workflows: WorkflowProblems | None = Field(
        default=None, description="Null while the database is unavailable. They leave readiness as it is."
    )
    pipelines_left_out: list[PipelineLeftOut] = Field(
        default=[], description="Files of BOTARMY_PIPELINES_DIR that cannot be run."
    )
