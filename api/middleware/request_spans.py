"""Trace each request, from the trace that its headers name, if any. Only installed if traces are exported."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telemetry import genai
from telemetry.tracing import request_span

UNTRACED = ("/health/", "/metrics")
"""What machines ask for every few seconds."""


class RequestSpans:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(UNTRACED):
            await self._app(scope, receive, send)
            return
        attributes = {
            genai.HTTP_METHOD: scope["method"],
            genai.URL_PATH: scope["path"],
            genai.URL_SCHEME: scope.get("scheme"),
        }
        with request_span(scope["method"], attributes, Headers(scope=scope)) as span:

            async def observed_send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    if route := _route_of(scope):
                        span.rename(f"{scope['method']} {route}")
                    span.set({genai.HTTP_ROUTE: route, genai.HTTP_STATUS: message["status"]})
                    if message["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                        span.fail(str(message["status"]))
                await send(message)

            await self._app(scope, receive, observed_send)


def _route_of(scope: Scope) -> str | None:
    """Return the template of the path that was found for a request. FastAPI's route has it without the prefix of the
    routers that include it, which has no parameters here."""
    template: str | None = getattr(scope.get("route"), "path", None)
    if template is None or ":path}" in template:
        return template
    parts = scope["path"].split("/")
    return "/".join(parts[: len(parts) - template.count("/")]) + template
