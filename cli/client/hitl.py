"""HITL requests, read and answered."""

from __future__ import annotations

from cli.client.http import Client, Json
from cli.client.shapes import Request
from cli.commands.answer import Answer
from cli.exits import ApiError

SUBMITTED = 202
"""The status of an answer that no worker has got to yet."""


async def get(client: Client, request_id: str) -> Request:
    """One request, with its artifacts and its history."""
    return Request.model_validate(await client.get(f"/hitl/{request_id}"))


async def respond(client: Client, request_id: str, answer: Answer) -> tuple[int, Json]:
    """Send an answer. Gives 200 and the outcome, or 202 where no worker has got to it yet.

    Raises:
        ApiError: it was refused, or (409) another response decided first.
    """
    return await client.post(f"/hitl/{request_id}/respond", answer.as_json())


def lost(error: ApiError) -> bool:
    """Whether the request is no longer open."""
    return error.status == 409
