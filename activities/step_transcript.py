"""A step's transcript, kept in PostgreSQL, and the budget that its calls count against."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity
from temporalio.exceptions import ApplicationError
from uuid_utils.compat import uuid7

from crew.protocol import BudgetExhaustedError
from crew.transcript import Entry, EntryKind, SupersededAttemptError
from models.contracts.contract import storable
from models.contracts.handoff import StepInput
from store import budgets, transcripts
from store.patience import Result, patiently
from store.transaction import Store


class StepTranscript:
    """Implements the `Transcript` protocol of agents. Once the task has started again, every write is refused. While
    PostgreSQL is unavailable, a write waits for a minute.

    Args:
        start: the number of this start of the task.
        daily_budget_usd: what all calls of a day (UTC) may cost together.
    """

    def __init__(self, store: Store, step: StepInput, start: int, daily_budget_usd: float) -> None:
        self._store = store
        self._step = step
        self._start = start
        self._limit = daily_budget_usd

    async def entries(self) -> list[Entry]:
        async with self._store.reading() as connection:
            await budgets.settle_reservations_of_task(connection, self._step.task_id, self._start)
            rows = await transcripts.of_task(connection, self._step.task_id)
        return [
            Entry(**row.model_dump(exclude={"task_id", "created_at", "kind"}), kind=EntryKind(row.kind)) for row in rows
        ]

    async def add(self, entry: Entry, settles: UUID | None = None) -> None:
        task_id, values = self._step.task_id, asdict(entry)
        stored = await self._write_known(lambda db: transcripts.add(db, task_id, self._start, values, settles))
        self._require(stored is not None)
        if not stored:  # what an earlier start had reserved was booked there
            raise ApplicationError(f"another entry took position {entry.position}", type="TranscriptChanged")

    async def discard(self, position: int, reason: str) -> None:
        task_id, why = self._step.task_id, storable(reason)
        self._require(await self._write(lambda db: transcripts.discard(db, task_id, self._start, position, why)))

    async def reserve(self, amount_usd: float) -> UUID:
        if activity.in_activity() and activity.is_worker_shutdown():
            # A call that begins now may not end in time. Another worker, or this one once restarted, continues at once.
            raise ApplicationError("the worker is stopping", type="WorkerStopping")
        reservation, scope = uuid7(), f"day:{datetime.now(UTC):%Y-%m-%d}"
        task_id, limit = self._step.task_id, self._limit
        reserved = await self._write_known(
            lambda db: budgets.reserve(db, reservation, scope, task_id, self._start, amount_usd, limit)
        )
        self._require(reserved is not None)
        if reserved:
            return reservation
        async with self._store.reading() as connection:
            now = await budgets.spent(connection, scope)
        running = f", and running calls may cost {now.reserved_usd:.2f} more" if now.reserved_usd > 0.005 else ""
        raise BudgetExhaustedError(
            f"Spent {now.spent_usd:.2f} of {self._limit:.2f} USD today{running}; the next call of the "
            f"{self._step.handoff.to_agent} needs up to {amount_usd:.2f}. Raise BOTARMY_DAILY_BUDGET and restart the "
            "worker, or try again tomorrow (UTC)."
        )

    async def release(self, reservation: UUID) -> None:
        task_id = self._step.task_id
        self._require(await self._write(lambda db: budgets.free(db, reservation, task_id, self._start)))

    async def _write_known(self, statement: Callable[[AsyncConnection], Awaitable[bool | None]]) -> bool | None:
        """Run a statement that returns False if something else is in the way. That may be an earlier try of its own,
        whose acknowledgement was lost, being committed at this moment: the second time knows it."""
        written = await self._write(statement)
        return await self._write(statement) if written is False else written

    async def _write(self, statement: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """Run one statement, and wait while PostgreSQL is unavailable: what was paid must be stored."""

        async def write() -> Result:
            async with self._store.reading() as connection:
                return await statement(connection)

        return await patiently(write)

    def _require(self, is_newest: bool) -> None:
        if not is_newest:
            raise SupersededAttemptError(self._step.task_id)
