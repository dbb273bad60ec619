"""How bodies are read: JSON only, and strictly (no NaN, no lone surrogates, no nesting and no fields without end)."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.errors import MediaTypeError

MAX_TEXTS = 1_000
"""Texts that a body may have, names of fields among them; the calls know of a hundred."""

MAX_BETWEEN = 16 * 2**10
"""Bytes that a body may have beside its texts. Many small values in 2 MB take a second to read and to refuse one by
one, in which nobody else is answered."""


class _StrictRequest(Request):
    async def json(self) -> Any:
        check_structure(await self.body())
        # What orjson refuses is a json.JSONDecodeError, which FastAPI knows how to answer; the standard library's
        # reader takes NaN and lone surrogates, and ends deep nesting with a RecursionError.
        return orjson.loads(await self.body())


class StrictRoute(APIRoute):
    """A call whose body, if it takes one, has to be JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_body = self.body_field is not None

        async def handler(request: Request) -> Response:
            if takes_body and not _is_json(request.headers.get("content-type", "")):
                raise MediaTypeError("The body has to be JSON, with Content-Type: application/json.")
            return await handle(_StrictRequest(request.scope, request.receive))

        return handler


def check_structure(body: bytes) -> None:
    """Refuse a body of too many parts before it is read, in a time that only its length decides.

    Raises:
        json.JSONDecodeError: which FastAPI knows how to answer.
    """
    if len(body) <= MAX_BETWEEN:
        return
    unescaped = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if unescaped.count(b'"') > 2 * MAX_TEXTS or sum(map(len, unescaped.split(b'"')[::2])) > MAX_BETWEEN:
        raise json.JSONDecodeError("too many values", "", 0)


def _is_json(content_type: str) -> bool:
    main, _, subtype = content_type.split(";")[0].strip().lower().partition("/")
    return main == "application" and (subtype == "json" or subtype.endswith("+json"))
