"""Contents: bytes stored under their SHA-256."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import LiteralString

from sqlalchemy.ext.asyncio import AsyncConnection

from store.statement import run

TOUCHED: LiteralString = """
touched AS (
    UPDATE content SET stored_at = clock_timestamp()
    FROM (SELECT hash FROM content
          WHERE hash = ANY(%(hashes)s::text[]) AND stored_at < clock_timestamp() - interval '12 hours'
          ORDER BY hash FOR NO KEY UPDATE) AS old
    WHERE content.hash = old.hash
    RETURNING content.hash
)
"""
"""The first part of a statement that stores contents: those that are stored already are not removed for another day.
The insert must read it, so that it runs later: one that is being removed is then stored again."""

# %b, the binary form: in text form, a list of bytes is written in hexadecimal and then searched for quotes.
_PUT: LiteralString = """
WITH {touched}
INSERT INTO content (hash, body) SELECT * FROM unnest(%(hashes)s::text[], %(bodies)b::bytea[])
WHERE (SELECT count(*) FROM touched) >= 0
ON CONFLICT DO NOTHING
""".replace("{touched}", TOUCHED)


def hash_of(body: bytes) -> str:
    """Return the SHA-256 of a content in hex."""
    return sha256(body).hexdigest()


async def put(connection: AsyncConnection, bodies: Iterable[bytes]) -> None:
    """Store contents that are not stored yet."""
    # In the order of their hashes, so that two writers of the same contents cannot deadlock.
    rows = sorted((hash_of(body), body) for body in set(bodies))
    if not rows:
        return
    await run(connection, _PUT, hashes=[row[0] for row in rows], bodies=[row[1] for row in rows])


async def missing(connection: AsyncConnection, hashes: Iterable[str]) -> set[str]:
    """Return those of the hashes that have no content."""
    if not (wanted := set(hashes)):
        return wanted
    rows = await run(connection, "SELECT hash FROM content WHERE hash = ANY(%(hashes)s)", hashes=list(wanted))
    return wanted - {row.hash for row in rows}


async def get(connection: AsyncConnection, content_hash: str) -> bytes | None:
    """Return a content by its hash, or None."""
    rows = await run(connection, "SELECT body FROM content WHERE hash = %(hash)s", hash=content_hash)
    return rows[0].body if rows else None
