"""Pagination of lists: `limit`, and an opaque `cursor`, which is the id of the last item of the page before."""

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
class PageParams:
    """The requested page: up to `limit` items after the one with the id `after`."""

    limit: int
    after: UUID | None

    @property
    def rows_to_read(self) -> int:
        """One more than the page holds, which shows whether another page follows."""
        return self.limit + 1

    def paginate(self, rows: Sequence[Row], get_id: Callable[[Row], UUID]) -> tuple[Sequence[Row], str | None]:
        """Return the rows of this page and the cursor of the next one, if there is one."""
        page = rows[: self.limit]
        has_more = len(rows) > self.limit
        return page, _encode_cursor(get_id(page[-1])) if has_more else None


def _encode_cursor(last_id: UUID) -> str:
    return base64.urlsafe_b64encode(last_id.bytes).rstrip(b"=").decode()


async def _get_page_params(
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64, description="`next_cursor` of the page before.")] = None,
) -> PageParams:
    if cursor is None:
        return PageParams(limit, None)
    try:
        return PageParams(limit, UUID(bytes=base64.b64decode(cursor + "==", altchars=b"-_", validate=True)))
    except (binascii.Error, ValueError):
        raise InvalidError("cursor", "is not a cursor that a list returned", place="query") from None


PageParamsDep = Annotated[PageParams, Depends(_get_page_params)]
