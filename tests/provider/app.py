"""The scripted provider: an application that speaks as OpenAI and Anthropic do. No model answers."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from functools import partial
from typing import cast

from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.provider.anthropic_shape import Anthropic
from tests.provider.calls import CallRecord, Calls
from tests.provider.compatible_shapes import Azure, OpenRouter
from tests.provider.faults import ErrorKind, Fault, Faults
from tests.provider.openai_shape import OpenAI
from tests.provider.rate_limit import RateLimit
from tests.provider.reply import LABEL, Reply
from tests.provider.request import RefusedError, Request
from tests.provider.responses_shape import Responses
from tests.provider.script import Script
from tests.provider.shape import Shape

KEY = "scripted-key"

SHAPES: dict[str, Shape] = {
    "/v1/chat/completions": OpenAI(),
    "/v1/responses": Responses(),
    "/v1/messages": Anthropic(),
    "/openai/v1/chat/completions": OpenAI(),
    "/openai/deployments/{deployment}/chat/completions": Azure(),
    "/api/v1/chat/completions": OpenRouter(),
}
"""What is spoken at each path: below OpenAI's and Anthropic's address, Azure's new and its dated one, OpenRouter's."""

_faults = TypeAdapter(tuple[Fault, ...])


class Crowd:
    """Requests that wait for each other."""

    def __init__(self) -> None:
        self._joined, self._complete = 0, asyncio.Event()

    def join(self, size: int) -> asyncio.Event:
        """Add a request. Return what is set once there have been `size`: those that follow do not wait."""
        self._joined += 1
        if self._joined >= size:
            self._complete.set()
        return self._complete


class Provider:
    """The application, with its scripts, its faults and its log.

    A request is answered from itself alone: the head of its first user message picks the conversation, the number of
    the assistant's messages the turn. Only the attempts of equal requests are counted in memory. With an empty key it
    asks for none, as local servers do.
    """

    def __init__(self, *scripts: Script, key: str = KEY, limit: RateLimit | None = None) -> None:
        self.scripts, self.key, self.limit = scripts, key, limit
        self.calls = Calls()
        self.faults = Faults(*(fault for script in scripts for fault in script.faults))
        self.crowd = Crowd()
        self.url = ""
        self._app = Starlette(
            routes=[
                Route("/", self._label),
                *(Route(path, partial(self._answer, shape), methods=["POST"]) for path, shape in SHAPES.items()),
                Route("/v1/models", self._models),
                Route("/calls", self._calls, methods=["GET", "DELETE"]),
                Route("/faults", self._arm, methods=["POST", "DELETE"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    @property
    def openai_url(self) -> str:
        """What OPENAI_BASE_URL names."""
        return f"{self.url}/v1"

    def request_of(self, call: CallRecord) -> Request:
        """Return a call of the log as it is read."""
        return next(shape for shape in SHAPES.values() if shape.name == call.shape).request(call.body)

    async def _answer(self, shape: Shape, http: HttpRequest) -> Response:
        raw = await http.body()
        call = CallRecord(shape.name, _target(http), dict(http.headers), raw)
        self.calls.add(call)
        try:
            request = shape.request(json.loads(raw))
            request = replace(request, attempt=self.calls.count(request))
            call.conversation, call.turn, call.attempt = request.conversation, request.turn, request.attempt
            call.model = request.model
            if not self._knows(shape, http):
                return self._error(call, shape, http, Fault(kind="unauthorized"))
            request.check()
            script = next((script for script in self.scripts if script.serves(request)), None)
            if script is None:
                raise RefusedError("no script is for this request")
            call.script = script.when
            turn = script.turn(request)
        except Exception as error:  # of a turn that is a function, too: the client should show what happened
            return self._error(call, shape, http, Fault(kind="bad_request", message=str(error) or repr(error)))
        fault = self.faults.take(request) or script.limit(request)
        if not fault and self.limit and (seconds_to_wait := self.limit.take()) is not None:
            fault = Fault(kind="rate_limit", retry_after=seconds_to_wait)
        if fault:
            call.fault = fault.kind
            if fault.kind in shape.errors:
                return self._error(call, shape, http, fault)
            turn = fault.changed(turn, request)
        answered = None if fault and fault.kind == "no_choices" else turn
        model = script.answers_as or request.model
        seconds = fault.seconds if fault and fault.seconds else turn.seconds
        if request.stream:
            chunks = list(shape.events(request, answered, model))
            if fault and fault.kind == "error_event":
                event = f"event: error\ndata: {json.dumps(shape.error(shape.errors['overloaded']))}\n\n"
                chunks[len(chunks) // 2 if fault.chunks is None else fault.chunks :] = [event.encode()]
            return Reply(call, chunks, media_type="text/event-stream", fault=fault, seconds=seconds, pace=turn.pace)
        body = json.dumps(shape.answer(request, answered, model)).encode()
        crowd = self.crowd.join(turn.together) if turn.together > 1 else None
        return Reply(call, [body], fault=fault, seconds=seconds, crowd=crowd)

    def _knows(self, shape: Shape, http: HttpRequest) -> bool:
        return not self.key or shape.key(http.headers) == self.key

    def _error(self, call: CallRecord, shape: Shape, http: HttpRequest, fault: Fault) -> Response:
        error = shape.errors[cast(ErrorKind, fault.kind)]
        message = fault.message or error.message.format(model=call.model, key=shape.key(http.headers))
        body = json.dumps(shape.error(replace(error, message=message))).encode()
        status = fault.status or error.status
        return Reply(call, [body], status=status, headers=fault.headers, seconds=fault.seconds)

    async def _models(self, http: HttpRequest) -> Response:
        shape: Shape = Anthropic() if "anthropic-version" in http.headers else OpenAI()
        if not self._knows(shape, http):
            return self._error(CallRecord(shape.name, "", {}, b""), shape, http, Fault(kind="unauthorized"))
        names = dict.fromkeys(name for script in self.scripts for name in script.models)
        return JSONResponse(shape.models(tuple(names)), headers=LABEL)

    async def _label(self, http: HttpRequest) -> Response:
        return JSONResponse({"provider": LABEL["x-provider"]}, headers=LABEL)

    async def _calls(self, http: HttpRequest) -> Response:
        if http.method == "DELETE":
            self.calls.clear()
            return Response(status_code=204)
        return Response(self.calls.document(), media_type="application/json")

    async def _arm(self, http: HttpRequest) -> Response:
        if http.method == "DELETE":
            self.faults.clear()
            return Response(status_code=204)
        try:
            self.faults.arm(*_faults.validate_json(await http.body()))
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 422)
        return JSONResponse({"armed": len(self.faults)})


def _target(http: HttpRequest) -> str:
    return f"{http.url.path}?{http.url.query}" if http.url.query else http.url.path
