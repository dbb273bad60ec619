"""How much the tables grow."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.table import Row
from models.tables import metadata
from store.database import Database
from store.statement import driver_of

KIB = 1024
SHOWN_KIB = 0.1


async def sizes(database: Database) -> dict[str, int]:
    """Return the bytes of each table, with its indexes."""
    tables = sorted(metadata.tables)
    async with database.reading() as connection:
        driver = driver_of(connection)
        query = "SELECT name, pg_total_relation_size(name::regclass) FROM unnest(%s::text[]) AS name"
        return dict(await (await driver.execute(query, (tables,))).fetchall())


def growth(what: str, before: Mapping[str, int], after: Mapping[str, int], count: int) -> Row:
    """Return how much each of `count` things has added to the tables."""
    grown = {name: (size - before[name]) / count / KIB for name, size in after.items()}
    largest = sorted(((size, name) for name, size in grown.items() if size >= SHOWN_KIB), reverse=True)
    figure = f"growth by {what}, with indexes, mean of {count}"
    return Row(figure, {"KiB": sum(grown.values())} | {f"KiB {name}": size for size, name in largest})
