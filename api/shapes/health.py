"""Health on the wire."""

from __future__ import annotations

from typing import Literal

from api.shapes.shape import Shape


class Health(Shape):
    status: Literal["ok"] = "ok"


class ComponentHealth(Shape):
    """One component; `detail` says what is wrong with it."""

    status: Literal["ok", "down"]
    latency_ms: float
    detail: str | None = None


class DetailedHealth(Shape):
    status: Literal["ok", "degraded"]
    components: dict[str, ComponentHealth]
