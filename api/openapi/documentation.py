"""The OpenAPI document beyond the schemas: an example of each response, and the problems of each endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.auth.permissions import NEEDS, Open
from api.http.fixed_body import FixedBody
from api.problem_codes import code_of
from api.problems import MEDIA_TYPE
from api.shapes.shape import Problem

Responses = dict[int | str, dict[str, Any]]

_REF = "#/components/schemas/{model}"

_NULL = "\0null"
"""Replaces null in examples while FastAPI builds the document, because it drops null values."""

_DETAILS = {
    401: "Sign in: open the link that `botarmy open` prints, or send a token as `Authorization: Bearer`.",
    403: "Pages of this origin may not call this API; BOTARMY_ALLOWED_ORIGINS lists those that may.",
    404: "There is no project 01890a5d-ac96-774b-bcce-b302099a8057.",
    405: "PATCH is not allowed here.",
    409: "The project is completed.",
    408: "The body did not arrive within 60 s.",
    413: "The body is too large.",
    415: "The body must be JSON, with Content-Type: application/json.",
    422: "name: must not be empty",
    429: "Too many wrong passwords. Try again in 30 s.",
    503: "The database is unavailable.",
}


def example_response(value: Any, media_type: str = "application/json") -> dict[str, Any]:
    """Return one entry of `responses`, with an example of the body."""
    return {"content": {media_type: {"example": _replace(value, None, _NULL)}}}


def _header(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"headers": {name: {"description": description, "required": True, "schema": schema}}}


_LOCATION = _header("Location", "The path of the new resource.", {"type": "string", "pattern": "^/api/v1/"})
_RETRY_AFTER = _header("Retry-After", "Seconds to wait before the next attempt.", {"type": "integer", "minimum": 1})

NOT_MODIFIED: Responses = {304: {"description": "The client's copy, named in If-None-Match, is current."}}
"""The additional response of an endpoint that returns an ETag."""


def describe_responses(
    value: Any,
    *problems: int,
    status: int = 200,
    media_type: str = "application/json",
    html: str | None = None,
) -> Responses:
    """Return the `responses` of an endpoint: an example of its result (also as HTML, if given), and its problems.

    An endpoint with parameters can return 422, and one that needs a server 503. One with a body can also return 413 and
    415 (408 is added to 413), and one that changes something 403.
    """
    responses: Responses = {
        status: example_response(value, media_type) | (_LOCATION if status == HTTPStatus.CREATED else {})
    }
    if status == HTTPStatus.NO_CONTENT:
        responses[status] = {"description": "Done; there is no body."}
    if media_type != "application/json":
        responses[status]["content"][media_type]["schema"] = {"type": "string", "format": "binary"}
    if html is not None:
        responses[status]["content"]["text/html"] = {"schema": {"type": "string"}, "example": html}
    timeouts = {HTTPStatus.REQUEST_TIMEOUT} if HTTPStatus.REQUEST_ENTITY_TOO_LARGE in problems else set()
    return responses | {code: _problem(code) for code in sorted({*problems, *timeouts})}


def _problem(code: int) -> dict[str, Any]:
    title = HTTPStatus(code).phrase
    name = code_of(HTTPStatus(code))
    body = {"type": "about:blank", "title": title, "status": code, "code": name, "detail": _DETAILS[code]}
    content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model=Problem.__name__)}, "example": body}}
    headers = _RETRY_AFTER if code in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE) else {}
    return {"description": title, "content": content, **headers}


def extend_openapi(app: FastAPI) -> None:
    """Extend the app's document, in the way that FastAPI recommends: restore nulls in examples, and add the schema that
    all problems share. FastAPI's own route would serialize it for each request, 15 ms that anybody may ask for."""
    generate, path = app.openapi, str(app.openapi_url)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _replace(generate(), _NULL, None)
            problem = Problem.model_json_schema(ref_template=_REF)
            schemas = {**problem.pop("$defs"), Problem.__name__: problem}
            app.openapi_schema["components"]["schemas"].update(schemas)
            _add_sign_in(app.openapi_schema)
        return app.openapi_schema

    @cache
    def body() -> FixedBody:
        return FixedBody.of(bytes(JSONResponse(openapi()).body), "application/json")

    async def serve(request: Request) -> Response:
        return body().respond(request)

    app.openapi = openapi  # type: ignore[method-assign]
    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", None) != path]
    app.add_route(path, serve, include_in_schema=False)


def _add_sign_in(document: dict[str, Any]) -> None:
    """Add the ways to sign in to the document, and to each endpoint that needs one the problems that it then has."""
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path in document["paths"].values():
        for call in path.values():
            need = NEEDS.get(call["operationId"], Open.PUBLIC)
            if need is not Open.PUBLIC:
                call["security"] = [{"token": []}]
                call["responses"].setdefault("403", _problem(403))
            if need is not Open.PUBLIC or call["operationId"] == "sign_in":
                call["responses"].setdefault("401", _problem(401))
            call["responses"] = dict(sorted(call["responses"].items()))


def _replace(value: Any, old: object, new: object) -> Any:
    if isinstance(value, dict):
        return {name: _replace(item, old, new) for name, item in value.items()}
    if isinstance(value, list):
        return [_replace(item, old, new) for item in value]
    return new if value == old else value
