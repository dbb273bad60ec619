"""What the OpenAPI document says of answers beyond their shapes: examples, and the problems of each call."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from api.problems import MEDIA_TYPE
from api.shapes.shape import ProblemPublic

Responses = dict[int | str, dict[str, Any]]

_DETAILS = {
    403: "Pages of this origin may not call us; BOTARMY_ALLOWED_ORIGINS names those that may.",
    404: "There is no project 01890a5d-ac96-774b-bcce-b302099a8057.",
    409: "The project is completed.",
    413: "The body is too large.",
    415: "The body has to be JSON, with Content-Type: application/json.",
    422: "name: String should have at least 1 character",
    503: "The database is away.",
}


def answers(example: Any, *problems: int, status: int = 200) -> Responses:
    """The `responses` of a call: an example of what it gives, and the problems that it may answer with.

    422 and 503 may come from every call that takes anything or asks anything of a server; a body adds 413 and 415,
    and what changes something 403.
    """
    responses: Responses = {status: {"content": {"application/json": {"example": example}}}}
    for code in sorted(problems):
        title = HTTPStatus(code).phrase
        responses[code] = {
            "description": title,
            "content": {
                MEDIA_TYPE: {
                    "schema": ProblemPublic.model_json_schema(),
                    "example": {"type": "about:blank", "title": title, "status": code, "detail": _DETAILS[code]},
                }
            },
        }
    return responses
