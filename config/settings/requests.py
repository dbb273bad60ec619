"""The settings of what the API accepts: sizes, times and connections."""

from __future__ import annotations

from pydantic import BaseModel, Field


class RequestSettings(BaseModel):
    max_body_bytes: int = Field(default=2 * 2**20, ge=1024, description="Largest request body, in bytes.")
    max_brief_bytes: int = Field(default=2**20, ge=1024, description="Largest brief, in bytes of UTF-8.")
    max_artifact_bytes: int = Field(default=16 * 2**20, ge=1024, description="Largest artifact version, in bytes.")
    request_seconds: float = Field(
        default=60, gt=0, description="Seconds within which a request must arrive, headers and body."
    )
    websocket_connections: int = Field(
        default=1000, ge=1, description="WebSocket connections that one api process accepts."
    )
    websockets_per_caller: int = Field(
        default=100,
        ge=1,
        description="WebSocket connections of a person or a service, or of an address without sign-in, that one api "
        "process accepts, and at most half of them all. `BOTARMY_ADMIN_TOKEN` has no such limit.",
    )
    websocket_queue: int = Field(
        default=1000, ge=10, description="Frames that may wait for one slow reader before it is disconnected."
    )
    websocket_heartbeat_seconds: float = Field(default=30, gt=0, description="Seconds between heartbeat frames.")
