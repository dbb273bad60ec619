"""What the OpenAPI document says of answers beyond their shapes: examples, and the problems of each call."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from api.problems import MEDIA_TYPE
from api.shapes.shape import Problem

Responses = dict[int | str, dict[str, Any]]

_REF = "#/components/schemas/{model}"

_NULL = "\0null"
"""Stands for null in examples while FastAPI writes the document: it leaves out whatever is null."""

_DETAILS = {
    403: "Pages of this origin may not call this API; BOTARMY_ALLOWED_ORIGINS lists those that may.",
    404: "There is no project 01890a5d-ac96-774b-bcce-b302099a8057.",
    409: "The project is completed.",
    408: "The body did not arrive within 60 s.",
    413: "The body is too large.",
    415: "The body must be JSON, with Content-Type: application/json.",
    422: "name: String should have at least 1 character",
    503: "The database is unavailable.",
}


def example(value: Any, media_type: str = "application/json") -> dict[str, Any]:
    """One entry of `responses`, with an example of the answer."""
    return {"content": {media_type: {"example": _replaced(value, None, _NULL)}}}


def _header(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"headers": {name: {"description": description, "required": True, "schema": schema}}}


_LOCATION = _header("Location", "Where it is.", {"type": "string", "pattern": "^/api/v1/"})
_RETRY_AFTER = _header("Retry-After", "Seconds.", {"type": "integer", "minimum": 1})

UNCHANGED: Responses = {304: {"description": "The content is the one that If-None-Match names."}}
"""What a call answers besides, whose ETag a client may have."""


def answers(
    value: Any,
    *problems: int,
    status: int = 200,
    media_type: str = "application/json",
    html: str | None = None,
) -> Responses:
    """The `responses` of a call: an example of what it gives (as HTML, too), and the problems that it may answer with.

    422 and 503 may come from every call that takes anything or asks anything of a server; a body adds 413 and 415
    (and with them 408), and what changes something 403.
    """
    responses: Responses = {status: example(value, media_type) | (_LOCATION if status == HTTPStatus.CREATED else {})}
    if media_type != "application/json":
        responses[status]["content"][media_type]["schema"] = {"type": "string", "format": "binary"}
    if html is not None:
        responses[status]["content"]["text/html"] = {"schema": {"type": "string"}, "example": html}
    late = {HTTPStatus.REQUEST_TIMEOUT} if HTTPStatus.REQUEST_ENTITY_TOO_LARGE in problems else set()
    return responses | {code: _problem(code) for code in sorted({*problems, *late})}


def _problem(code: int) -> dict[str, Any]:
    title = HTTPStatus(code).phrase
    shown = {"type": "about:blank", "title": title, "status": code, "detail": _DETAILS[code]}
    content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model=Problem.__name__)}, "example": shown}}
    headers = _RETRY_AFTER if code == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return {"description": title, "content": content, **headers}


def complete(app: FastAPI) -> None:
    """Complete the app's document, in the way that FastAPI documents: its examples have the nulls that the answers
    have, and all problems are of one shape."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _replaced(written(), _NULL, None)
            problem = Problem.model_json_schema(ref_template=_REF)
            shapes = {**problem.pop("$defs"), Problem.__name__: problem}
            app.openapi_schema["components"]["schemas"].update(shapes)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _replaced(value: Any, old: object, new: object) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(one, old, new) for name, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, old, new) for one in value]
    return new if value == old else value
