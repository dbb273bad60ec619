"""A response with content: what a person writes in place of an artifact becomes its next version."""

from __future__ import annotations

from models.contracts.handoff import ArtifactRef
from models.contracts.hitl import HitlResponse
from models.tables import HitlRequest
from store import artifacts, contents, projects
from store.transaction import ContradictionError, Transaction


async def amend(
    tx: Transaction, request: HitlRequest, response: HitlResponse, asked: tuple[ArtifactRef, ...]
) -> tuple[ArtifactRef, ...]:
    """Store the response's content as a new version of the artifact that it names, or of the request's first."""
    assert response.content_hash is not None
    body = await contents.get(tx.connection, response.content_hash)
    if body is None:
        raise ContradictionError(f"content {response.content_hash} does not exist")
    original = next((ref for ref in asked if ref.artifact_id == response.artifact_id), asked[0] if asked else None)
    before = await artifacts.get(tx.connection, original.artifact_id) if original else None
    kind = before.type if before else request.supplies or ""
    media_type = before.media_type if before else await projects.media_type(tx.connection, tx.project_id, kind)
    (amended,) = await artifacts.add(
        tx,
        [
            artifacts.NewVersion(
                type=kind,
                body=body,
                media_type=media_type,
                author=response.responder,
                origin_id=request.id,
                name=before.name if before else str(kind),
                task_id=request.task_id,
                based_on=before.id if before else None,
                accepted=True,
            )
        ],
    )
    return tuple(amended if ref == original else ref for ref in asked) or (amended,)
