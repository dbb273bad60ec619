"""The scripted provider's replies on the wire, with the faults that the wire can have."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.provider.calls import CallRecord
from tests.provider.faults import Fault

LABEL = {"x-provider": "a scripted provider: no model answers"}

NOW = b"%the-time-now%"
"""What a chunk says instead of this is when it is sent, in seconds since 1970."""

PROXY_PAGE = b"<!doctype html><title>Sign in</title><p>Sign in to use this network.</p>"


class Reply(Response):
    """Chunks of a body, after a time. One chunk is sent with its length."""

    def __init__(
        self,
        call: CallRecord,
        chunks: Sequence[bytes],
        *,
        status: int = 200,
        media_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        fault: Fault | None = None,
        seconds: float = 0,
        pace: float = 0,
        crowd: asyncio.Event | None = None,
    ) -> None:
        headers = {**LABEL, **(headers or {})}
        self.chunks, self.wait, self.is_cut, self.endless = list(chunks), seconds, False, b""
        match fault and fault.kind:
            case "hang":
                self.wait = float("inf")
            case "cut":
                length = {"content-length": str(len(chunks[0]))} if len(chunks) == 1 else {}
                headers |= length
                self.chunks, self.is_cut = _half(chunks), True
            case "malformed_json":
                self.chunks = [b"".join(_half(chunks)) + b"\n\n"]
            case "wrong_schema":
                self.chunks = [b'{"result": {"answer": "ok"}}']
                if media_type == "text/event-stream":
                    self.chunks = [b"data: " + self.chunks[0] + b"\n\ndata: [DONE]\n\n"]
            case "empty_body":
                self.chunks = [b""]
            case "wrong_content_type":
                self.chunks, media_type = [PROXY_PAGE], "text/html"
            case "redirect":
                assert fault
                self.chunks, status = [b""], fault.status or 307
                headers["location"] = fault.location
            case "drip":
                self.endless = b" "
            case "flood":
                self.endless = b" " * 2**20
        if len(self.chunks) == 1 and not self.endless:
            headers.setdefault("content-length", str(len(self.chunks[0])))
        self.status_code, self.media_type, self.background = status, media_type, None
        self.init_headers(headers)  # not Response's own __init__: it would add a length to a stream
        self.call, self.crowd, self.pace = call, crowd, pace
        call.status = status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (self.wait or self.crowd) and await _client_leaves(receive, self._ready()):
            self.call.ended = "client left"
            return
        if self.endless:
            await self._send_endlessly(receive, send)
            return
        if not self.pace:  # before the last byte: the test may look at the log as soon as it has it
            self.call.ended = "cut" if self.is_cut else "answered"
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for index, chunk in enumerate(self.chunks):
            if self.pace and index and await _client_leaves(receive, asyncio.sleep(self.pace)):
                self.call.ended = "client left"
                return
            if index == len(self.chunks) - 1:
                self.call.ended = "cut" if self.is_cut else "answered"
            body = chunk.replace(NOW, f"{time.time():.3f}".encode()) if NOW in chunk else chunk
            await send({"type": "http.response.body", "body": body, "more_body": True})
        if not self.is_cut:  # uvicorn closes the connection of an application that does not complete its response
            await send({"type": "http.response.body"})

    async def _send_endlessly(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while not await _client_leaves(receive, asyncio.sleep(0.05 if len(self.endless) == 1 else 0.001)):
            await send({"type": "http.response.body", "body": self.endless, "more_body": True})
        self.call.ended = "client left"

    async def _ready(self) -> None:
        if self.crowd:
            await self.crowd.wait()
        if self.wait == float("inf"):
            await asyncio.Event().wait()
        await asyncio.sleep(self.wait)


async def _client_leaves(receive: Receive, ready: Coroutine[Any, Any, None]) -> bool:
    """Whether the client leaves before the answer is ready."""

    async def leaves() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    waiting, leaving = asyncio.create_task(ready), asyncio.create_task(leaves())
    try:
        await asyncio.wait((waiting, leaving), return_when=asyncio.FIRST_COMPLETED)
        return not waiting.done()
    finally:
        waiting.cancel()
        leaving.cancel()


def _half(chunks: Sequence[bytes]) -> list[bytes]:
    """The chunks up to the middle of the middle one."""
    middle = len(chunks) // 2
    return [*chunks[:middle], chunks[middle][: len(chunks[middle]) // 2]]
