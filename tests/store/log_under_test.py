"""A project's log with many concurrent writers, and one reader that never reads an event again."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from models.contracts.event_data import ErrorEvent
from models.contracts.pipeline import Pipeline
from store import events, project_start
from store.transaction import Store

WRITERS = 16
CONNECTIONS = 20
STAGES = Pipeline.model_validate(
    {"name": "one", "stages": [{"name": "plan", "agent": "analyst", "produces": ["project_plan"]}]}
)

Entries = list[tuple[int | None, str]]
"""The number and the message of each event."""


async def new_project(store: Store) -> UUID:
    project_id = uuid7()
    async with store.transaction(project_id) as tx:
        assert await project_start.create(tx, project_start.NewProject(project_id, "A project", "# Brief", STAGES))
    return project_id


async def log(store: Store, project_id: UUID, since: int = 0) -> Entries:
    async with store.reading() as connection:
        found = await events.since(connection, project_id, since, limit=100_000)
    return [(one.seq, str(one.data.get("message"))) for one in found]


async def head(store: Store, project_id: UUID) -> int:
    async with store.reading() as connection:
        return (await events.heads(connection, [project_id]))[project_id]


@dataclass
class Writing:
    """The recorded and the rolled back events, and what the reader saw meanwhile in how many reads."""

    told: set[str] = field(default_factory=set)
    rolled_back: int = 0
    seen: Entries = field(default_factory=list)
    looks: int = 0


async def write_and_read(store: Store, project_id: UUID, units: int, seed: str) -> Writing:
    """Run sixteen writers, which roll back a third of their transactions, and one reader."""
    writing, over = Writing(), asyncio.Event()

    async def write(writer: int) -> None:
        chance = random.Random(f"{seed} {writer}")
        for n in range(units):
            keys = [f"{writer}:{n}:{m}" for m in range(chance.randint(1, 3))]
            fails = chance.random() < 0.3
            try:
                async with store.transaction(project_id) as tx:
                    for key in keys:
                        tx.record(ErrorEvent(message=key), key=key)
                    await tx.connection.execute(text("SELECT pg_sleep(:s)"), {"s": chance.random() / 200})
                    if fails:
                        raise LookupError
                writing.told.update(keys)
            except LookupError:
                assert fails
                writing.rolled_back += 1

    async def read() -> None:
        """Read new events in a loop."""
        while True:
            last = over.is_set()
            writing.seen += await log(store, project_id, writing.seen[-1][0] or 0 if writing.seen else 0)
            writing.looks += 1
            if last:
                return

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(n) for n in range(WRITERS)))
    over.set()
    await reading
    return writing
