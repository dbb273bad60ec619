"""What decides how a step begins: a stop that holds it, and what people have given the crew since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.names import AgentType
from models.contracts.stops import HeldStop
from store import given_context, stops
from store.statement import run

ANY: LiteralString = """
EXISTS (SELECT FROM stop WHERE released_at IS NULL) AS is_stopped,
EXISTS (SELECT FROM given_context WHERE project_id = %(project_id)s AND withdrawn_at IS NULL) AS is_given
"""
"""Of most projects nothing is stopped, and to most nothing is given: these columns say so."""

_ANY: LiteralString = f"SELECT {ANY}"


async def read(
    connection: AsyncConnection, project_id: UUID, role: AgentType, task_id: UUID, context_ids: Sequence[UUID]
) -> tuple[HeldStop | None, tuple[UUID, ...]]:
    """Return the stop that holds a step, or None, and the artifacts for the step if it begins now: those that its
    handoff names, or what replaces them, and then what was added."""
    (row,) = await run(connection, _ANY, project_id=project_id)
    held = await stops.holding(connection, project_id, role, task_id) if row.is_stopped else None
    if held is not None or not row.is_given:
        return held, tuple(context_ids)
    return None, await given_context.complete(connection, project_id, context_ids)
