"""Calls that may be repeated: the same Idempotency-Key and body get the same answer, another body is refused."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Header
from pydantic import BaseModel

from api.errors import InvalidError
from api.services import Services
from store import idempotency
from store.idempotency import Request

IdempotencyKey = Annotated[
    str | None, Header(min_length=1, max_length=255, pattern=r"^[\x20-\x7e]+$", description="Makes it safe to repeat.")
]


def hash_of(given: BaseModel) -> str:
    """What tells one request from another."""
    return sha256(given.model_dump_json().encode()).hexdigest()


def used_already() -> InvalidError:
    return InvalidError("Idempotency-Key", "was used for another request", place="header")


def request_of(call: str, key: str | None, given: BaseModel) -> Request | None:
    """The call as it can be told from others; None where it has no key, and so is made anew each time."""
    return Request(call, key, hash_of(given)) if key is not None else None


async def made_before(services: Services, project_id: UUID, request: Request | None) -> UUID | None:
    """What this very call has made before in the project, if it has.

    Raises:
        InvalidError: another one was made with its key.
    """
    if request is None:
        return None
    async with services.store.reading() as connection:
        made = await idempotency.made(connection, project_id, request)
    if made is None:
        return None
    if made.request_hash != request.request_hash:
        raise used_already()
    return made.id
