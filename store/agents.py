"""What each agent of a project is doing."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.words import AgentStatus, AgentType, EventType
from models.tables import AGENT_STATE, AgentState
from store.statement import run
from store.transaction import Transaction

# An agent that is on two tasks at once is idle when the one it took last is done.
_SET: LiteralString = """
INSERT INTO agent_state (project_id, agent_type, status, task_id, updated_at)
VALUES (%(project_id)s, %(agent_type)s, %(status)s, %(task_id)s, clock_timestamp())
ON CONFLICT (project_id, agent_type) DO UPDATE
SET status = excluded.status, task_id = excluded.task_id, updated_at = excluded.updated_at
WHERE excluded.status = 'working' OR agent_state.task_id = excluded.task_id
"""


def announce(tx: Transaction, agent_type: AgentType, status: AgentStatus, task_id: UUID, key: str) -> None:
    """Record that an agent's status changed."""
    tx.record(
        EventType.AGENT_STATUS_CHANGE, f"agent:{key}:{status}", task_id=task_id, agent_type=agent_type, status=status
    )


async def set_status(tx: Transaction, agent_type: AgentType, status: AgentStatus, task_id: UUID, key: str) -> None:
    """Write and announce an agent's status."""
    await run(tx.connection, _SET, project_id=tx.project_id, agent_type=agent_type, status=status, task_id=task_id)
    announce(tx, agent_type, status, task_id, key)


async def rest(tx: Transaction) -> None:
    """Every agent of the project is idle: the project has ended."""
    await tx.connection.execute(
        AGENT_STATE.update()
        .where(AGENT_STATE.c.project_id == tx.project_id, AGENT_STATE.c.status != AgentStatus.IDLE)
        .values(status=AgentStatus.IDLE, updated_at=func.clock_timestamp())
    )


async def of_project(connection: AsyncConnection, project_id: UUID) -> list[AgentState]:
    """The agents that have worked on a project so far."""
    query = select(AGENT_STATE).where(AGENT_STATE.c.project_id == project_id).order_by(AGENT_STATE.c.agent_type)
    return [AgentState(**row._mapping) for row in await connection.execute(query)]
