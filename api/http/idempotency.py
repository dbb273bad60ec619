"""Idempotency keys: the same key and body get the same result, the same key with another body gets 422."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Header
from pydantic import BaseModel

from api.errors import InvalidError
from api.problem_codes import ProblemCode
from api.services import Services
from store import idempotency
from store.idempotency import KeyedRequest

IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=255, pattern=r"^[\x20-\x7e]+$", description="Makes the request safe to repeat."),
]


class KeyTakenError(Exception):
    """A concurrent request with the same key was first: what this one has written is rolled back."""


def hash_body(body: BaseModel) -> str:
    """Return a hash that tells one request body from another."""
    return sha256(body.model_dump_json().encode()).hexdigest()


def key_reused_error() -> InvalidError:
    return InvalidError("Idempotency-Key", "was used for another request", place="header", code=ProblemCode.KEY_REUSED)


def keyed_request(call: str, key: str | None, body: BaseModel) -> KeyedRequest | None:
    """Return what identifies the request, or None without a key, since it is then executed each time."""
    return KeyedRequest(call, key, hash_body(body)) if key is not None else None


async def find_earlier_result(services: Services, project_id: UUID, request: KeyedRequest | None) -> UUID | None:
    """Return the id of what the same request created earlier in the project, if it did.

    Raises:
        InvalidError: the key was used with another body.
    """
    if request is None:
        return None
    async with services.store.reading() as connection:
        earlier = await idempotency.find(connection, project_id, request)
    if earlier is None:
        return None
    if earlier.request_hash != request.request_hash:
        raise key_reused_error()
    return earlier.id
