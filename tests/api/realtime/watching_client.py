"""A client that watches all projects."""

from __future__ import annotations

import json
from uuid import UUID

from websockets.asyncio.client import ClientConnection

from models.contracts.enums import ProjectStatus
from store import projects
from tests.api.realtime.relay_server import Frame, Relay, receive, until


async def send(socket: ClientConnection, action: str, **fields: object) -> None:
    await socket.send(json.dumps({"action": action, **fields}))


async def watch(socket: ClientConnection) -> None:
    await send(socket, "watch")
    frame = await receive(socket)
    assert (frame["event_type"], frame["seq"], frame["project_id"], frame["data"]) == ("watching", None, None, {})


async def receive_changes(socket: ClientConnection, project_id: UUID, head: int) -> list[Frame]:
    """Return the notifications of a project up to this head; nothing but `project_changed` arrives."""
    frames = await until(
        socket, lambda frame: (frame["project_id"], frame["data"]) == (str(project_id), {"head": head})
    )
    assert {(frame["event_type"], frame["seq"]) for frame in frames} == {("project_changed", None)}
    return [frame for frame in frames if frame["project_id"] == str(project_id)]


async def assert_no_frames(socket: ClientConnection) -> None:
    """Check that no frame is waiting."""
    await send(socket, "ping")
    assert (await receive(socket))["event_type"] == "pong"


async def complete(running: Relay, project_id: UUID) -> int:
    """Complete the project. Return the log's head."""
    async with running.store.transaction(project_id) as tx:
        await projects.set_status(tx, ProjectStatus.COMPLETED, "end", None)
    return await running.head(project_id)
