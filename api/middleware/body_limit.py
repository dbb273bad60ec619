"""Limit the size of request bodies, with a Content-Length or in chunks, and the time in which they arrive."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem
from config.sizes import format_size


class BodyLimit:
    """ASGI middleware that answers 413 to bodies of more than `limit` bytes, and 408 to those that do not arrive within
    `seconds`."""

    def __init__(self, app: ASGIApp, limit: int, seconds: float) -> None:
        self._app = app
        self._limit, self._seconds = limit, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        detail = f"The body is larger than {format_size(self._limit)}."
        content_length = Headers(scope=scope).get("content-length", "")
        if content_length.isdecimal() and int(content_length) > self._limit:
            await problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)(scope, receive, send)
            return
        bytes_left, is_complete = self._limit, False
        deadline = asyncio.get_running_loop().time() + self._seconds

        async def limited_receive() -> Message:
            nonlocal bytes_left, is_complete
            try:
                # After the body comes the disconnect, which may take as long as the response.
                async with asyncio.timeout_at(None if is_complete else deadline):
                    message = await receive()
            except TimeoutError:
                timed_out = f"The body did not arrive within {self._seconds:g} s."
                raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, timed_out, {"Connection": "close"}) from None
            is_complete = not message.get("more_body", False)
            bytes_left -= len(message.get("body", b""))
            if bytes_left < 0:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
            return message

        await self._app(scope, limited_receive, send)
