"""Which pages may change things: without cookies or sign-in, a browser would let any page call us on localhost."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem
from api.realtime.origin import admitted

SAFE = {"GET", "HEAD", "OPTIONS"}


class Origins:
    """ASGI middleware that answers 403 to a page of another origin, unless it is allowed, when it wants to change
    something. Reading is left to CORS, which keeps the answer from such a page."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE:
            headers = Headers(scope=scope)
            if not admitted(headers.get("origin"), headers.get("host"), self._allowed):
                detail = "Pages of this origin may not call us; BOTARMY_ALLOWED_ORIGINS names those that may."
                await problem(HTTPStatus.FORBIDDEN, detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)
