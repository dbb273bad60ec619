"""What the gates of HITL requests do at their deadlines, as the pipelines say that the projects were started with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import OnExpiry, Oversight
from models.contracts.expiry import AtExpiry, effect_of_expiry
from models.contracts.pipeline import NO_GATE, Stage
from models.tables import HitlRequest
from store.statement import run

_STAGES: LiteralString = """
SELECT request.id, project.oversight, declared.stage
FROM hitl_request AS request JOIN project ON project.id = request.project_id
CROSS JOIN LATERAL jsonb_array_elements(project.pipeline -> 'stages') AS declared (stage)
WHERE request.id = ANY(%(ids)s) AND request.standalone_task_id IS NULL
  AND declared.stage ->> 'name' = request.stage
"""


async def at_expiry(connection: AsyncConnection, requests: Iterable[HitlRequest]) -> dict[UUID, AtExpiry]:
    """Return what happens if nobody decides on these requests, by their ids."""
    requests = list(requests)
    if not requests:
        return {}
    rows = await run(connection, _STAGES, ids=[request.id for request in requests])
    rules = {row.id: _on_expiry(row.stage, row.oversight) for row in rows}
    return {
        request.id: AtExpiry.of(
            effect_of_expiry(
                rules.get(request.id, NO_GATE.on_expiry),
                has_artifacts=bool(request.artifacts),
                needs_person=request.needs_person,
                is_standalone=request.standalone_task_id is not None,
            )
        )
        for request in requests
    }


def _on_expiry(stage: object, oversight: str | None) -> OnExpiry:
    gate = Stage.model_validate(stage).gate_under(Oversight(oversight) if oversight else None)
    return gate.on_expiry
