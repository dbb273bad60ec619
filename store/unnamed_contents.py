"""Remove contents that nothing names: those of removed projects, and of responses that were never recorded.

A signal may still name a content that was stored before it, such as an amendment. So a content stays for a day after it
was last stored, and as long as a request is open that was opened before: its workflow may be stuck, with an answer that
was acknowledged.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import LiteralString

from sqlalchemy.ext.asyncio import AsyncConnection

from store.statement import run

# A content that somebody is storing again is locked, and skipped. If it was stored again since this statement began,
# the lock reads the new `stored_at`.
_REMOVE: LiteralString = """
WITH unnamed AS (
    SELECT hash FROM content
    WHERE hash = ANY(%(hashes)s::text[]) AND stored_at < clock_timestamp() - interval '1 day'
      AND stored_at < coalesce((SELECT min(created_at) FROM hitl_request WHERE status = 'pending'), 'infinity')
      AND NOT EXISTS (SELECT FROM artifact WHERE artifact.content_hash = content.hash)
      AND NOT EXISTS (SELECT FROM hitl_decision WHERE hitl_decision.content_hash = content.hash)
    ORDER BY hash FOR UPDATE SKIP LOCKED
)
DELETE FROM content USING unnamed WHERE content.hash = unnamed.hash RETURNING content.hash
"""

_PAGE: LiteralString = "SELECT hash FROM content WHERE hash > %(after)s ORDER BY hash LIMIT %(limit)s"


async def remove(connection: AsyncConnection, hashes: Collection[str]) -> int:
    """Remove those of the contents that nothing names or may name. Return how many."""
    return len(await run(connection, _REMOVE, hashes=list(hashes))) if hashes else 0


async def page(connection: AsyncConnection, after: str, limit: int) -> list[str]:
    """Return the next hashes of contents, in order."""
    return [row.hash for row in await run(connection, _PAGE, after=after, limit=limit)]
