"""Strict parsing of request bodies: JSON only, no NaN, no lone surrogates, and limits on nesting and on values."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.errors import MediaTypeError

MAX_STRINGS = 1_000
"""Strings in a body, names of fields included; no route uses more than a hundred."""

MAX_OTHER_BYTES = 16 * 2**10
"""Bytes of a body outside its strings. Many small values in 2 MB take a second to parse and to refuse one by one, and
meanwhile no other request is served."""


class _StrictRequest(Request):
    async def json(self) -> Any:
        check_structure(await self.body())
        # orjson raises json.JSONDecodeError, which FastAPI handles. The standard library's parser accepts NaN and lone
        # surrogates, and fails on deep nesting with a RecursionError.
        return orjson.loads(await self.body())


class StrictRoute(APIRoute):
    """A route whose body, if it takes one, must be JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_body = self.body_field is not None

        async def handler(request: Request) -> Response:
            if takes_body and not _is_json(request.headers.get("content-type", "")):
                raise MediaTypeError("The body must be JSON, with Content-Type: application/json.")
            return await handle(_StrictRequest(request.scope, request.receive))

        return handler


def check_structure(body: bytes) -> None:
    """Refuse a body with too many values before it is parsed, in time linear in its length.

    Raises:
        json.JSONDecodeError: which FastAPI handles.
    """
    if len(body) <= MAX_OTHER_BYTES:
        return
    unescaped = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if unescaped.count(b'"') > 2 * MAX_STRINGS or sum(map(len, unescaped.split(b'"')[::2])) > MAX_OTHER_BYTES:
        raise json.JSONDecodeError("too many values", "", 0)


def _is_json(content_type: str) -> bool:
    main, _, subtype = content_type.split(";")[0].strip().lower().partition("/")
    return main == "application" and (subtype == "json" or subtype.endswith("+json"))
