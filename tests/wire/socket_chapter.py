"""The chapter of the WebSocket."""

from __future__ import annotations

from tests.api_client import BRIEF
from tests.api_client import UNKNOWN_ID as NOBODY
from tests.wire.sockets import ask, open_socket, read_answer, read_frames, read_refusal
from tests.wire.steps import start, wait_for_request, wait_until_over
from tests.wire.transcript import Transcript


async def websocket(t: Transcript) -> None:
    """Control frames, what a client may ask, and how a socket is refused."""
    project_id = await start(t, "Wire socket", BRIEF)
    await wait_for_request(t, project_id)
    async with open_socket(t, project_id=project_id) as socket:
        t.frames("ready", await read_frames(socket, lambda frame: True))
        t.frames("heartbeat", await read_frames(socket, lambda frame: frame["event_type"] == "heartbeat"))
        for frame, answer in (
            ({"action": "ping"}, "pong"),
            ({"action": "subscribe", "project_id": project_id}, "error"),
            ({"action": "unsubscribe", "project_id": project_id}, None),
            ({"action": "unsubscribe", "project_id": project_id}, "error"),
            ({"action": "subscribe", "project_id": project_id, "since": 1_000_000}, "connection_ready"),
            ({"action": "subscribe", "project_id": NOBODY}, "error"),
            ({"action": "subscribe", "project_id": "not-an-id"}, "error"),
            ({"action": "subscribe", "project_id": project_id, "since": -1}, "error"),
            ({"action": "unsubscribe", "project_id": project_id}, None),
            ({"action": "subscribe", "project_id": project_id, "live": "yes"}, "error"),
            ({"action": "subscribe", "project_id": project_id, "live": True}, "connection_ready"),
            ({"action": "watch"}, "watching"),
            ({"action": "watch"}, "error"),
            ({"action": "unwatch"}, None),
            ({"action": "unwatch"}, "error"),
            ({"action": "dance"}, "error"),
            ({"action": "ping", "loudly": True}, "error"),
            ({"action": "watch", "loudly": True}, "error"),
            ({"action": "subscribe", "project_id": project_id, "loudly": True}, "error"),
            ([], "error"),
        ):
            await ask(t, socket, frame, answer)
        await socket.send("{")
        t.frames("not JSON", await read_answer(socket, "error"))
        await socket.send(b"{}")
        t.frames("binary", await read_answer(socket, "error"))
    for query in ({"project_id": "not-an-id"}, {"project_id": NOBODY}, {"project_id": project_id, "since": "x"}):
        await read_refusal(t, **query)
    await read_refusal(t, since=1)
    await t.post(f"/projects/{project_id}/cancel")
    await wait_until_over(t, project_id, "cancelled")
