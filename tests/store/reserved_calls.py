"""Calls of models that reserve in several budgets at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from models.contracts.budget import Amounts, Limits
from store import budget_alerts, budget_limits, budget_scopes, budgets, events, tasks, transcripts
from store.budget_scopes import Scope
from store.transaction import Store
from tests.store.test_budgets import START, entry, new_task


@dataclass
class Calls:
    """The calls of one task, and the scopes that they count against."""

    store: Store
    project: UUID
    task: UUID
    scopes: list[Scope]
    position: int = 0

    async def reserve(self, usd: float = 0.0, tokens: int = 0, seconds: float = 0.0) -> UUID | None:
        reservation, amounts = uuid7(), Amounts(usd=usd, tokens=tokens, seconds=seconds)
        async with self.store.reading() as connection:
            made = await budgets.reserve(connection, reservation, self.scopes, self.task, START, amounts)
        return reservation if made is True else None

    async def settle(self, reservation: UUID | None, usd: float = 0.0, tokens: int | None = None) -> bool:
        """Store the response of a call. Return whether a budget is to be reported."""
        assert reservation is not None
        async with self.store.reading() as connection:
            given = entry(self.position, usd)
            added = await transcripts.add(connection, self.task, START, given, reservation, tokens=tokens)
        assert added is not None
        assert added.is_stored
        self.position += 1
        return added.is_alarming

    async def spend(self, usd: float) -> bool:
        return await self.settle(await self.reserve(usd), usd)

    async def row(self, index: int = 0) -> Any:
        async with self.store.reading() as connection:
            return await budget_limits.get(connection, self.scopes[index].name)

    async def alert(self) -> list[tuple[str, int, float, float]]:
        """Record what is due. Return all alerts of the project."""
        async with self.store.transaction(self.project) as tx:
            names = [scope.name for scope in self.scopes]
            await budget_alerts.record(tx, names, task_id=self.task, agent_type="coder", stage="build")
        async with self.store.reading() as connection:
            log = await events.since(connection, self.project, 0)
        alerts = [event.data for event in log if event.event_type == "budget_alert"]
        return [(data["kind"], data["percent"], round(data["spent"], 6), data["limit"]) for data in alerts]


async def calls(store: Store, *limits: Limits) -> Calls:
    """A new task, and a scope for each of the limits: the step's, the project's, the day's."""
    task = await new_task(store)
    async with store.reading() as connection:
        found = await tasks.get(connection, task)
    assert found is not None
    project = found.project_id
    names = (budget_scopes.step(task), budget_scopes.project(project), f"day:{uuid4()}")
    owners = (project, project, None)
    scopes = [Scope(name, owner, limit) for name, owner, limit in zip(names, owners, limits, strict=False)]
    return Calls(store, project, task, scopes)
