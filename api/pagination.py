"""How lists are parted: `limit` and an opaque `cursor`, which is the id of the last item seen."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from api.errors import InvalidError

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that is asked for: up to `limit` items after the one with the id `after`."""

    limit: int
    after: UUID | None

    @property
    def probe(self) -> int:
        """How many rows to read: one more than is shown tells whether there are more."""
        return self.limit + 1

    def cut(self, rows: Sequence[Row], identity: Callable[[Row], UUID]) -> tuple[Sequence[Row], str | None]:
        """The rows to show, and the cursor to what follows them."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return shown, _cursor(identity(shown[-1])) if more else None


def _cursor(identity: UUID) -> str:
    return base64.urlsafe_b64encode(identity.bytes).rstrip(b"=").decode()


async def _window(
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64, description="`next_cursor` of the part before.")] = None,
) -> Window:
    if cursor is None:
        return Window(limit, None)
    try:
        return Window(limit, UUID(bytes=base64.b64decode(cursor + "==", altchars=b"-_", validate=True)))
    except (binascii.Error, ValueError):
        raise InvalidError("cursor", "is not one that a list gave", place="query") from None


WindowDep = Annotated[Window, Depends(_window)]
