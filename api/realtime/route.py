"""`/ws`: the door of the relay."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, WebSocket
from fastapi.responses import JSONResponse

from api.errors import UnavailableError
from api.problems import problem
from api.realtime import asyncapi
from api.realtime.client_frames import BadRequestError, Subscribe, read_query
from api.realtime.close_codes import CloseCode
from api.realtime.hub import Hub
from api.realtime.origin import admitted
from api.realtime.socket import Socket
from api.realtime.websocket_protocol import ABORT

router = APIRouter()

REFUSED_AT_ONCE = 16
"""Refused sockets that are told why with a close frame; further ones get an HTTP status."""
REFUSED_SECONDS = 1.0
"""How long each may take to hang up."""


@router.get("/asyncapi.json", include_in_schema=False)
async def asyncapi_document() -> JSONResponse:
    """The AsyncAPI document of the WebSocket."""
    return JSONResponse(asyncapi.document())


@router.websocket("/ws")
async def follow(websocket: WebSocket) -> None:
    """Follow projects live. `?project_id=` names the first, `&since=` the number after which its events are wanted."""
    hub: Hub = websocket.app.state.hub
    headers = websocket.headers
    if not admitted(headers.get("origin"), headers.get("host"), hub.settings.origins):
        await websocket.close()  # before accept: HTTP 403
        return
    if hub.full:
        await _refuse(websocket, hub)
        return
    await websocket.accept()
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


async def _refuse(websocket: WebSocket, hub: Hub) -> None:
    """Say that there are too many, and be rid of it: each has a descriptor until its client answers the close frame."""
    if hub.refusing >= REFUSED_AT_ONCE:
        answer = problem(HTTPStatus.SERVICE_UNAVAILABLE, "There are too many WebSockets.", UnavailableError.headers)
        await websocket.send_denial_response(answer)
        return
    # Accepted first, since a browser cannot see why a handshake failed.
    await websocket.accept()
    hub.refusing += 1
    asyncio.get_running_loop().call_later(REFUSED_SECONDS, _be_rid_of, websocket, hub)
    await websocket.close(CloseCode.TOO_MANY_SOCKETS, "too many connections; try again later")


def _be_rid_of(websocket: WebSocket, hub: Hub) -> None:
    hub.refusing -= 1
    if abort := websocket.scope.get("extensions", {}).get(ABORT):
        abort()
