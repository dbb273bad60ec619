"""Contents: bytes under their SHA-256."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import LiteralString

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import CONTENT
from store.statement import run

_PUT: LiteralString = """
INSERT INTO content (hash, body) SELECT * FROM unnest(%(names)s::text[], %(bodies)s::bytea[]) ON CONFLICT DO NOTHING
"""


def hash_of(body: bytes) -> str:
    """The name of a content: its SHA-256 in hex."""
    return sha256(body).hexdigest()


async def put(connection: AsyncConnection, bodies: Iterable[bytes]) -> None:
    """Keep contents. One that is there already is left as it is."""
    # In the order of their names, so that two writers of the same contents cannot wait for each other in a circle.
    rows = {hash_of(body): body for body in bodies}
    names = sorted(rows)
    await run(connection, _PUT, names=names, bodies=[rows[name] for name in names])


async def missing(connection: AsyncConnection, names: Iterable[str]) -> set[str]:
    """Those of the names under which there is no content."""
    if not (asked := set(names)):
        return asked
    return asked - set(await connection.scalars(select(CONTENT.c.hash).where(CONTENT.c.hash.in_(asked))))


async def get(connection: AsyncConnection, name: str) -> bytes | None:
    """One content, or None."""
    body: bytes | None = await connection.scalar(select(CONTENT.c.body).where(CONTENT.c.hash == name))
    return body
