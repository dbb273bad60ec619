"""Stops and releases, as the API writes them."""

from __future__ import annotations

from uuid import UUID

from models.contracts.stops import StopTarget
from models.tables import Stop
from store import stops
from store.transaction import Store

ADA = "Ada"


async def stop(store: Store, target: StopTarget | None = None, reason: str = "Too dear.") -> Stop:
    async with store.database.writing() as connection:
        created, _ = await stops.create(connection, target or StopTarget(), reason, ADA)
    return created


async def release(store: Store, stop_id: UUID, reason: str = "Enough money.") -> Stop | None:
    async with store.database.writing() as connection:
        return await stops.release(connection, stop_id, reason, ADA)


async def release_all(store: Store) -> None:
    async with store.reading() as connection:
        held = await stops.find(connection, held=True)
    for one in held:
        await release(store, one.id)
