"""How bodies are read: JSON only, and strictly (no NaN, no lone surrogates, no nesting without end)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.errors import MediaTypeError


class _StrictRequest(Request):
    async def json(self) -> Any:
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


def _is_json(content_type: str) -> bool:
    main, _, subtype = content_type.split(";")[0].strip().lower().partition("/")
    return main == "application" and (subtype == "json" or subtype.endswith("+json"))
