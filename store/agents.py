"""The status of each agent of a project."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import AgentStatus
from models.tables import AGENT_STATE, AgentState
from store.rows import fetch_all
from store.transaction import Transaction


async def mark_all_idle(tx: Transaction) -> None:
    """Set every agent of the project to idle, because the project has ended."""
    await tx.connection.execute(
        AGENT_STATE.update()
        .where(AGENT_STATE.c.project_id == tx.project_id, AGENT_STATE.c.status != AgentStatus.IDLE)
        .values(status=AgentStatus.IDLE, updated_at=func.clock_timestamp())
    )


async def of_project(connection: AsyncConnection, project_id: UUID) -> list[AgentState]:
    """Return the agents that have worked on a project so far."""
    query = select(AGENT_STATE).where(AGENT_STATE.c.project_id == project_id).order_by(AGENT_STATE.c.agent_type)
    return await fetch_all(connection, AgentState, query)
