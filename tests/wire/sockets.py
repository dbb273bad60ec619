"""What chapters send and receive over a WebSocket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.signing_in import AUTHORIZATION
from tests.wire.steps import Json
from tests.wire.transcript import Transcript


@asynccontextmanager
async def open_socket(t: Transcript, **query: Any) -> AsyncIterator[ClientConnection]:
    address = str(t.http.base_url).rstrip("/").replace("http", "ws", 1)
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    async with connect(
        f"{address}/ws?{asked}", compression=None, proxy=None, additional_headers=AUTHORIZATION
    ) as socket:
        yield socket


async def send_frame(t: Transcript, socket: ClientConnection, frame: Any, *, record: bool = True) -> None:
    if record:
        t.sent(frame)
    await socket.send(json.dumps(frame))


async def read_frames(socket: ClientConnection, last: Callable[[Json], bool]) -> list[Json]:
    """Every frame up to the last one that is wanted."""
    frames: list[Json] = []
    while not frames or not last(frames[-1]):
        frames.append(json.loads(await socket.recv()))
    return [frame for frame in frames if frame["event_type"] != "heartbeat" or last(frame)]


async def read_answer(socket: ClientConnection, event_type: str) -> list[Json]:
    """What the server answers, up to a frame of that type; changes of other projects are left out."""
    frames = await read_frames(socket, lambda frame: frame["event_type"] == event_type)
    return [frame for frame in frames if frame["event_type"] != "project_changed"]


async def ask(t: Transcript, socket: ClientConnection, frame: Any, answer: str | None) -> None:
    await send_frame(t, socket, frame)
    if answer is not None:
        t.frames("answer", await read_answer(socket, answer))


async def read_refusal(t: Transcript, **query: Any) -> None:
    async with open_socket(t, **query) as socket:
        frames = []
        try:
            while True:
                frames.append(json.loads(await socket.recv()))
        except ConnectionClosed:
            t.frames(f"refused: {', '.join(query)}", frames)
        t.closed(socket.close_code)
