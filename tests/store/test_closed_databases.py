"""Connections in use when the database is closed: such as one whose task was cancelled while it rolled back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from config.settings import Settings
from store.database import Database
from store.statement import driver_of
from tests.waiting import PATIENCE_SECONDS

Driver = psycopg.AsyncConnection[Any]
roll_back = psycopg.AsyncConnection.rollback


async def cancelled_in_its_rollback(
    database: Database, monkeypatch: pytest.MonkeyPatch, rollback: Callable[[Driver], Awaitable[object]]
) -> Driver:
    """Cancel a task as its rollback begins, which `rollback` replaces. Return its connection."""
    drivers: list[Driver] = []
    begun = asyncio.Event()

    async def begin(driver: Driver) -> None:
        begun.set()
        await rollback(driver)

    async def fail() -> None:
        async with database.writing() as connection:
            drivers.append(driver_of(connection))
            await connection.execute(text("SELECT 1"))
            monkeypatch.setattr(psycopg.AsyncConnection, "rollback", begin)
            raise ValueError

    failing = asyncio.create_task(fail())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await begun.wait()
    failing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await failing
    return drivers[0]


async def test_a_connection_that_is_rolled_back_is_closed_with_the_database(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would stay open until it is garbage, and then be warned of."""
    database, may_end = Database(settings), asyncio.Event()

    async def wait(driver: Driver) -> None:
        await may_end.wait()
        await roll_back(driver)

    driver = await cancelled_in_its_rollback(database, monkeypatch, wait)
    assert not driver.closed
    closing = asyncio.create_task(database.close())
    may_end.set()
    await closing
    assert driver.closed


async def test_a_server_that_does_not_answer_delays_the_close_no_longer_than_a_transaction(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(settings, seconds=2)

    async def no_answer(driver: Driver) -> None:
        await driver.execute("SELECT pg_sleep(600)")

    driver = await cancelled_in_its_rollback(database, monkeypatch, no_answer)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await database.close()
    assert driver.closed


async def test_a_connection_of_a_task_that_nobody_waits_for_is_closed_with_the_database(settings: Settings) -> None:
    database, may_end = Database(settings), asyncio.Event()
    drivers = asyncio.Queue[Driver]()

    async def read() -> None:
        async with database.reading() as connection:
            drivers.put_nowait(driver_of(connection))
            await may_end.wait()
            await connection.execute(text("SELECT 1"))

    reading = asyncio.create_task(read())
    driver = await asyncio.wait_for(drivers.get(), PATIENCE_SECONDS)
    closing = asyncio.create_task(database.close())
    may_end.set()
    await closing
    assert driver.closed
    await reading
