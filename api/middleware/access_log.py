"""Log each request under its id, and answer unhandled errors with 500."""

from __future__ import annotations

import re
import time
from http import HTTPStatus

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from api.problems import problem

log = structlog.get_logger(__name__)

REQUEST_ID = "X-Request-ID"
_VALID_ID = re.compile(r"[\x21-\x7e]{1,128}")


class AccessLog:
    """ASGI middleware. A client's X-Request-ID is kept if it is printable and short; the response repeats it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client_id = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = client_id if _VALID_ID.fullmatch(client_id) else str(uuid7())
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                log.exception("request_failed", method=scope["method"], path=scope["path"])
                if status:
                    raise  # the response has begun: the connection has to be closed
                detail = f"Internal error. Find it in the log under request_id {request_id}."
                response = problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
                await response(scope, receive, send_with_id)
            finally:
                log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    milliseconds=round((time.perf_counter() - started) * 1000, 1),
                )
