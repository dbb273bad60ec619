"""`/ws`: the WebSocket endpoint of the relay."""

from __future__ import annotations

import asyncio
from functools import cache
from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import JSONResponse

from api.auth.addresses import address_of
from api.auth.authenticator import REMEDY, TICKET_PROTOCOL
from api.auth.caller import Caller
from api.errors import ApiError, TooManyRequestsError
from api.http.fixed_body import FixedBody
from api.middleware.origins import is_allowed_origin
from api.problems import problem, problem_of, unavailable
from api.realtime import asyncapi
from api.realtime.client_frames import BadRequestError, Subscribe, read_query
from api.realtime.close_codes import CloseCode
from api.realtime.event_log_reader import UNAVAILABLE
from api.realtime.hub import Hub
from api.realtime.places import NoPlaceError
from api.realtime.socket import Socket
from api.realtime.websocket_protocol import ABORT

log = structlog.get_logger(__name__)
router = APIRouter()

MAX_REJECTED = 16
"""How many rejected sockets get a close frame with the reason at once; further ones get an HTTP status."""

REJECTED_SECONDS = 1.0
"""How long each of them may take to disconnect."""


@router.get("/asyncapi.json", include_in_schema=False)
async def asyncapi_document(request: Request) -> Response:
    """The AsyncAPI document of the WebSocket."""
    return _asyncapi().respond(request)


@cache
def _asyncapi() -> FixedBody:
    return FixedBody.of(bytes(JSONResponse(asyncapi.document()).body), "application/json")


@router.websocket("/ws")
async def follow(websocket: WebSocket) -> None:
    """Follow projects live. `?project_id=` names the first, `&since=` the number of the last event that you have,
    and `&live=true` asks for what models write meanwhile."""
    hub: Hub = websocket.app.state.hub
    headers = websocket.headers
    if not is_allowed_origin(headers.get("origin"), headers.get("host"), hub.settings.origins):
        await websocket.close()  # before accept: HTTP 403
        return
    try:
        caller = await hub.authenticator.admit(websocket)
        place = hub.places.take(caller, address_of(websocket))
    except TooManyRequestsError as error:
        await _reject(websocket, hub, CloseCode.TOO_MANY_FRAMES, error.detail, problem_of(error))
        return
    except ApiError as error:
        log.info("socket_refused", reason=error.detail)
        denial = problem(HTTPStatus.UNAUTHORIZED, REMEDY)
        await _reject(websocket, hub, CloseCode.NOT_SIGNED_IN, "sign in", denial)
        return
    except NoPlaceError as error:
        denial = unavailable("There are too many WebSockets.")
        await _reject(websocket, hub, CloseCode.TOO_MANY_SOCKETS, str(error), denial)
        return
    except UNAVAILABLE:
        await websocket.send_denial_response(unavailable("The database is unavailable."))
        return
    try:
        await _serve(websocket, hub, caller)
    finally:
        hub.places.give_back(place)


async def _serve(websocket: WebSocket, hub: Hub, caller: Caller) -> None:
    await websocket.accept(TICKET_PROTOCOL if TICKET_PROTOCOL in websocket.scope["subprotocols"] else None)
    first: Subscribe | BadRequestError | None
    try:
        first = read_query(websocket.query_params)
    except BadRequestError as error:
        first = error
    socket = Socket(websocket, hub, caller, hub.settings.websocket_queue)
    hub.sockets.add(socket)
    try:
        await socket.run(first)
    finally:
        hub.sockets.discard(socket)
        socket.ended.set()


async def _reject(websocket: WebSocket, hub: Hub, code: CloseCode, reason: str, denial: Response) -> None:
    """Close a socket with a reason, and abort it if the client does not answer the close frame: until then it keeps a
    descriptor."""
    if hub.rejected_sockets >= MAX_REJECTED:
        await websocket.send_denial_response(denial)
        return
    # Accepted first, since browsers do not expose the response of a failed handshake.
    await websocket.accept()
    hub.rejected_sockets += 1
    asyncio.get_running_loop().call_later(REJECTED_SECONDS, _abort, websocket, hub)
    await websocket.close(code, reason)


def _abort(websocket: WebSocket, hub: Hub) -> None:
    hub.rejected_sockets -= 1
    if abort := websocket.scope.get("extensions", {}).get(ABORT):
        abort()
