"""Cursors of a list that can be sorted: where the page before ended."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from uuid import UUID

import orjson

from api.errors import InvalidError
from models.contracts.contract import storable
from store.project_list import Position, ProjectSort

MAX_CURSOR = 4096
"""Characters; a cursor may contain a name."""


def encode_position(sort: ProjectSort, position: Position) -> str:
    """Return the cursor of the next page. In the order of creation it is the id alone."""
    if position.value is None:
        return _encode(position.id.bytes)
    return _encode(orjson.dumps([sort, position.id, position.value]))


def decode_position(sort: ProjectSort, cursor: str | None) -> Position | None:
    """Return where the page before ended.

    Raises:
        InvalidError: it is not a cursor of a list with this order.
    """
    if cursor is None:
        return None
    try:
        body = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        if sort in (ProjectSort.NEWEST, ProjectSort.OLDEST):
            return Position(UUID(bytes=body))
        of, id_, value = orjson.loads(body)
        if of != sort or not isinstance(value, str) or value != storable(value):
            raise ValueError
        is_moment = sort in (ProjectSort.CHANGED_LAST, ProjectSort.CHANGED_FIRST)
        return Position(UUID(id_), _moment(value) if is_moment else value)
    except (binascii.Error, ValueError, TypeError, AttributeError, OverflowError):
        raise InvalidError("cursor", "is not a cursor that a list in this order returned", place="query") from None


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)  # PostgreSQL accepts no offset above 16 hours


def _encode(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()
