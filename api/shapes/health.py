"""Health on the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.shapes.shape import Shape
from api.shapes.workflows import WorkflowProblems


class Health(Shape):
    status: Literal["ok"] = "ok"


class ComponentHealth(Shape):
    """One component; `detail` says what is wrong with it."""

    status: Literal["ok", "down"]
    latency_ms: float
    detail: str | None = None
    version: str | None = Field(default=None, description="What the server says of itself; null for the worker.")
    count: int | None = Field(default=None, description="How many workers poll; null for the servers.")


class Links(Shape):
    """Where people look further; what begins with a slash is on the API itself."""

    temporal_ui: str
    api_docs: str = "/docs"
    openapi: str = "/openapi.json"


class DetailedHealth(Shape):
    """How everything is; `version` is BotArmy's own. `degraded`: a component is down, or a workflow does not go on."""

    status: Literal["ok", "degraded"]
    version: str
    links: Links
    components: dict[str, ComponentHealth]
    workflows: WorkflowProblems | None = Field(
        default=None, description="Null while the database is unavailable. They leave readiness as it is."
    )
