"""The WebSocket relay: every event of a project, once and in order, to every client that follows it."""

from api.realtime.hub import Hub
from api.realtime.route import router

__all__ = ["Hub", "router"]
