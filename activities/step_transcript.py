"""A step's transcript, kept in PostgreSQL, and the budgets that its calls count against."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity
from temporalio.exceptions import ApplicationError
from uuid_utils.compat import uuid7

from activities.step_budgets import StepBudgets
from activities.step_metrics import count_lost_calls
from crew.protocol import BudgetExhaustedError, StoppedError
from crew.transcript import Entry, EntryKind, SupersededAttemptError
from models.contracts.budget import Amounts
from models.contracts.contract import storable
from models.contracts.handoff import StepInput
from models.contracts.stops import HeldStop
from store import budget_alerts, budget_limits, budgets, transcripts
from store.budget_scopes import Scope
from store.patience import Result, patiently
from store.transaction import Store

log = structlog.get_logger(__name__)

CANCELLED_SECONDS = 3.0
"""How long a cancelled step may take to release what it has reserved."""

HELD_PAUSE = 0.5
"""Seconds between two looks at a budget of which running calls have reserved what is left."""


class StepTranscript:
    """Implements the `Transcript` protocol of agents. Once the task has started again, every write is refused. While
    PostgreSQL is unavailable, a write waits for a minute.

    Args:
        start: the number of this start of the task.
        own_budgets: the budgets that its calls count against.
    """

    def __init__(self, store: Store, step: StepInput, start: int, own_budgets: StepBudgets) -> None:
        self._store = store
        self._step = step
        self._start = start
        self._budgets = own_budgets

    async def entries(self) -> list[Entry]:
        async with self._store.reading() as connection:
            count_lost_calls(await budgets.settle_reservations_of_task(connection, self._step.task_id, self._start))
            rows = await transcripts.of_task(connection, self._step.task_id)
            is_alarming = await budget_alerts.are_due(connection, self._budgets.names())
        if is_alarming:  # what has just been booked, or an earlier attempt had no time to report
            await self._alert()
        return [
            Entry(**row.model_dump(exclude={"task_id", "created_at", "kind"}), kind=EntryKind(row.kind)) for row in rows
        ]

    async def add(self, entry: Entry, settles: UUID | None = None) -> None:
        task_id, values = self._step.task_id, asdict(entry)
        scopes = self._budgets.names() if settles is None and entry.seconds > 0 else ()

        async def add() -> transcripts.Added | None:
            async with self._store.reading() as db:
                return await transcripts.add(
                    db, task_id, self._start, values, settles, tokens=_tokens(entry), scopes=scopes
                )

        added = await patiently(add)
        if added is not None and not added.is_stored:
            added = await patiently(add)  # an earlier try, whose acknowledgement was lost, may just have been committed
        self._require(added is not None)
        assert added is not None
        if not added.is_stored:  # what an earlier start had reserved was booked there
            raise ApplicationError(f"another entry took position {entry.position}", type="TranscriptChanged")
        if added.is_alarming:
            await self._alert()

    async def discard(self, position: int, reason: str) -> None:
        task_id, why = self._step.task_id, storable(reason)
        self._require(await self._write(lambda db: transcripts.discard(db, task_id, self._start, position, why)))

    async def reserve(self, needs: Amounts, step_usd: float) -> UUID:
        reservation, give_up = uuid7(), time.monotonic() + needs.seconds
        while True:
            if activity.in_activity() and activity.is_worker_shutdown():
                # A call that begins now may not end in time. Another worker, or this one once restarted, continues.
                raise ApplicationError("the worker is stopping", type="WorkerStopping")
            scopes = self._budgets.scopes(step_usd)
            if await self._reserve(reservation, scopes, needs) or await self._reserve(reservation, scopes, needs):
                return reservation  # the first of them may have been committed without an acknowledgement
            async with self._store.reading() as connection:
                shortage = await budget_limits.find_shortage(connection, scopes, needs)
            # Running calls have reserved more than most of them will cost, so it is worth waiting for them.
            if shortage is not None and not (shortage.may_pass and time.monotonic() < give_up):
                raise BudgetExhaustedError(f"{shortage.describe(self._step.handoff.to_agent)}.", shortage)
            await asyncio.sleep(HELD_PAUSE)

    async def _reserve(self, reservation: UUID, scopes: list[Scope], needs: Amounts) -> bool:
        async def reserve() -> bool | HeldStop | None:
            async with self._store.reading() as connection:
                return await budgets.reserve(connection, reservation, scopes, self._step.task_id, self._start, needs)

        try:
            reserved = await patiently(reserve)
        except asyncio.CancelledError:
            await self._release_briefly(reservation)
            raise
        self._require(reserved is not None)
        if isinstance(reserved, HeldStop):
            await self.release(reservation)  # an earlier try may have been committed before the stop
            raise StoppedError(reserved)
        return bool(reserved)

    async def _release_briefly(self, reservation: UUID) -> None:
        """Release what a cancelled step may just have reserved, for a call that is not made. What takes longer than
        CANCELLED_SECONDS is booked when the task starts again, or by the sweeper."""
        task = asyncio.create_task(self.release(reservation))
        try:
            await asyncio.wait([task], timeout=CANCELLED_SECONDS)
        finally:
            task.cancel()
        if not task.cancelled() and task.done() and (error := task.exception()):
            log.warning("cancelled_reservation_not_released", reason=repr(error))

    async def release(self, reservation: UUID) -> None:
        task_id = self._step.task_id
        self._require(await self._write(lambda db: budgets.free(db, reservation, task_id, self._start)))

    async def _alert(self) -> None:
        step = self._step
        async with self._store.transaction(step.project_id) as tx:
            await budget_alerts.record(
                tx,
                self._budgets.names(),
                task_id=step.task_id,
                agent_type=step.handoff.to_agent,
                stage=step.handoff.phase,
            )

    async def _write(self, statement: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """Run one statement, and wait while PostgreSQL is unavailable: what was paid must be stored."""

        async def write() -> Result:
            async with self._store.reading() as connection:
                return await statement(connection)

        return await patiently(write)

    def _require(self, is_newest: bool) -> None:
        if not is_newest:
            raise SupersededAttemptError(self._step.task_id)


def _tokens(entry: Entry) -> int | None:
    """Return what a call used; None if its provider did not say so, or nothing that can be."""
    if entry.kind is not EntryKind.RESPONSE or not 0 < entry.input_tokens < transcripts.MAX_COUNT:
        return None
    return entry.input_tokens + entry.output_tokens if entry.output_tokens < transcripts.MAX_COUNT else None
