"""`/ws`: the door of the relay."""

from __future__ import annotations

from fastapi import APIRouter, WebSocket

from api.realtime.codes import CloseCode
from api.realtime.hub import Hub
from api.realtime.origin import admitted
from api.realtime.requests import BadRequestError, Subscribe, read_query
from api.realtime.socket import Socket

router = APIRouter()


@router.websocket("/ws")
async def follow(websocket: WebSocket) -> None:
    """Follow projects live. `?project_id=` names the first, `&since=` the number after which its events are wanted."""
    hub: Hub = websocket.app.state.hub
    headers = websocket.headers
    if not admitted(headers.get("origin"), headers.get("host"), hub.settings.origins):
        await websocket.close()  # before accept: HTTP 403
        return
    await websocket.accept()
    if hub.full:
        # Accepted first, since a browser cannot see why a handshake failed.
        await websocket.close(CloseCode.TOO_MANY_SOCKETS, "too many connections; try again later")
        return
    first: Subscribe | BadRequestError | None
    try:
        first = read_query(websocket.query_params)
    except BadRequestError as error:
        first = error
    socket = Socket(websocket, hub, hub.settings.websocket_queue)
    hub.sockets.add(socket)
    try:
        await socket.run(first)
    finally:
        hub.sockets.discard(socket)
        socket.ended.set()
