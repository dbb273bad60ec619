"""Whether the database's tables are up to date, without waiting a second for Alembic to say so."""

from __future__ import annotations

import re
from pathlib import Path

from cli.stack.checkout import CHECKOUT

REVISION = re.compile(r"^revision\b[^=]*= *['\"](.+?)['\"]", re.MULTILINE)
DOWN_REVISION = re.compile(r"^down_revision\b[^=]*= *['\"](.+?)['\"]", re.MULTILINE)


def known(versions: Path = CHECKOUT / "migrations" / "versions") -> set[str]:
    """Every revision that this version can bring up to date."""
    return {found for file in versions.glob("*.py") for found in REVISION.findall(file.read_text())}


def newest(versions: Path = CHECKOUT / "migrations" / "versions") -> set[str]:
    """The revisions that no other one builds on; one, unless two branches wait to be merged."""
    texts = [file.read_text() for file in versions.glob("*.py")]
    every = {found for text in texts for found in REVISION.findall(text)}
    return every - {found for text in texts for found in DOWN_REVISION.findall(text)}


async def is_current(database: str) -> bool:
    """Whether the database at this URL is at the newest revision; False when it cannot tell."""
    import psycopg

    async with await psycopg.AsyncConnection.connect("postgresql://" + database.split("://", 1)[1]) as connection:
        try:
            rows = await (await connection.execute("SELECT version_num FROM alembic_version")).fetchall()
        except psycopg.errors.UndefinedTable:
            return False
    return {version for (version,) in rows} == newest()
