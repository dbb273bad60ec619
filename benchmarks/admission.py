"""Measures what is done before each call of a model: a stop is looked for and its cost reserved in the budget, in one
statement, and it takes its turn."""

from __future__ import annotations

import time
from uuid import uuid4

import psycopg
from uuid_utils.compat import uuid7

from benchmarks.stack import Bench
from benchmarks.table import Aim, Row
from benchmarks.timing import few_at_once, p50
from config.settings import Settings
from crew.model.limiter.limiter import Limiter
from crew.model.limiter.pace import Pace
from crew.model.limiter.turn_queue import Granted, Waiter
from models.contracts.budget import Amounts, Limits
from store import budgets
from store.budget_scopes import Scope
from store.bus import Bus
from store.database import Database
from store.transaction import Store

AT_ONCE = 16
SCOPES = [Scope(f"benchmark:{kind}", limits=Limits(usd=1_000_000)) for kind in ("day", "project", "role", "step")]
NEEDS = Amounts(usd=0.01, tokens=1_000, seconds=60.0)


async def measure(bench: Bench) -> list[Row]:
    state = bench.stack.state()
    async with await psycopg.AsyncConnection.connect(state.database) as connection:
        found = await (await connection.execute("SELECT id, starts FROM task LIMIT 1")).fetchone()
    assert found is not None
    task_id, starts = found
    settings = Settings(_env_file=None, database_url=state.database, redis_url=state.redis)
    database, bus, limiter = Database(settings), Bus(settings), Limiter.with_settings(settings)
    store = Store(database, bus)

    async def admit(_: int) -> float:
        reservation, waiter = uuid7(), Waiter(uuid4(), uuid4())
        started = time.perf_counter()
        async with store.reading() as connection:
            assert await budgets.reserve(connection, reservation, SCOPES, task_id, starts, NEEDS) is True
        turn = await limiter.queue.acquire("openai:benchmark", waiter, Pace(), 1000)
        seconds = time.perf_counter() - started
        assert isinstance(turn, Granted)
        async with store.reading() as connection:
            await budgets.free(connection, reservation, task_id, starts)
        return seconds

    try:
        await few_at_once(admit, range(20), 1)  # connections are opened, the script is loaded
        one = await few_at_once(admit, range(bench.count(1000, 20)), 1)
        many = await few_at_once(admit, range(bench.count(1000, 20)), AT_ONCE)
    finally:
        await limiter.close()
        await bus.close()
        await database.close()
    figure = "stop check, reservation in the budget and turn of the limiter, before a call of a model"
    aim = Aim(1000 * p50(one), 3, "ms at p50", less_than=True)
    return [Row(figure, seconds=one, aim=aim), Row(f"{figure}, {AT_ONCE} at once", seconds=many)]
