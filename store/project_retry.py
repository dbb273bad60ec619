"""The retries of projects that had ended without a delivery: each starts the workflow again, from one of the stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import ProjectStatus
from models.contracts.event_data import WorkflowEvent
from models.contracts.ids import derive_uuid7
from store.events import IS_KEY
from store.statement import run, with_statuses
from store.transaction import Transaction

# What ran after the stage stays in the history of the project, and no longer counts.
_UNACCEPT_ARTIFACTS: LiteralString = """
UPDATE artifact SET accepted_at = NULL FROM task
WHERE artifact.project_id = %(project_id)s AND artifact.accepted_at IS NOT NULL AND task.id = artifact.task_id
  AND task.stage = ANY(%(stages)s) AND task.standalone_task_id IS NULL
"""

_UNACCEPT_TASKS: LiteralString = """
UPDATE task SET accepted = false
WHERE project_id = %(project_id)s AND stage = ANY(%(stages)s) AND accepted AND standalone_task_id IS NULL
"""

_CLAIM: LiteralString = with_statuses("""
UPDATE project SET generation = generation + 1, opened_run = NULL, workflow_problem = NULL, status = 'starting',
                   phase = %(stage)s, reason = NULL, ended_at = NULL, archived_at = NULL
WHERE id = %(project_id)s AND generation = %(generation)s AND status IN {halted_project_statuses}
RETURNING id
""")

# By their keys: a search by the type would read the whole log. A restart without a retry has a number, too.
_LIST: LiteralString = """
SELECT number, retried.* FROM project, generate_series(1, generation) AS number, LATERAL (
    SELECT data, created_at FROM event WHERE event.project_id = project.id AND {is_key} LIMIT 1
) AS retried
WHERE project.id = %(project_id)s ORDER BY number
""".replace("{is_key}", IS_KEY.replace("{key}", "('retried:' || number)"))


@dataclass(frozen=True, slots=True)
class Retry:
    """One retry of a project. `number` is the generation that it began."""

    number: int
    from_stage: str
    comment: str | None
    by: str | None
    principal_id: UUID | None
    at: datetime


async def claim(tx: Transaction, generation: int, stages: Sequence[str], comment: str | None, by: str) -> bool:
    """Record that a project is retried from the first of these stages: it is about to start. What the stages have
    produced no longer counts as accepted. Call this last in the transaction.

    Returns False if the project has not ended so, or is retried already; the transaction must then be rolled back.
    """
    key = {"project_id": tx.project_id, "stages": list(stages)}
    await run(tx.connection, _UNACCEPT_ARTIFACTS, **key)
    await run(tx.connection, _UNACCEPT_TASKS, **key)
    tx.record(
        WorkflowEvent(status=ProjectStatus.STARTING, reason=comment, retried_from=stages[0], by=by),
        key=f"retried:{generation + 1}",
    )
    return bool(await run(tx.connection, _CLAIM, project_id=tx.project_id, generation=generation, stage=stages[0]))


async def of_project(connection: AsyncConnection, project_id: UUID) -> list[Retry]:
    """Return the retries of a project, oldest first."""
    return [
        Retry(
            number=row.number,
            from_stage=row.data["retried_from"],
            comment=row.data.get("reason"),
            by=row.data.get("by"),
            principal_id=row.data.get("principal_id"),
            at=row.created_at,
        )
        for row in await run(connection, _LIST, project_id=project_id)
    ]


def retry_id(project_id: UUID, number: int) -> UUID:
    """Return the id of a retry, under which an idempotency key finds it."""
    return derive_uuid7(project_id, f"retry:{number}")
