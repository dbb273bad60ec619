"""How a closed request was closed: the event that says so, and the outcome read from the records."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import HitlAction, HitlReason, HitlStatus
from models.contracts.event_data import HitlResponded
from models.contracts.handoff import ArtifactRef
from models.contracts.hitl import HitlResponse
from models.contracts.records import RequestOutcome
from models.tables import HitlRequest
from store import artifacts, events, hitl, hitl_decisions
from store.transaction import ContradictionError


def response_key(request_id: UUID) -> str:
    """Return the key of the event about the response that closed a request."""
    return f"response:{request_id}"


def response_event(request: HitlRequest, response: HitlResponse, accepted: tuple[ArtifactRef, ...]) -> HitlResponded:
    """Return the event about the response that closed a request."""
    event = HitlResponded(
        request_id=request.id,
        decision_id=response.decision_id,
        stage=request.stage,
        round=request.round,
        action=response.action,
        status=response.action.resulting_status,
        comment=response.comment,
        responder=response.responder,
        accepted=accepted,
        subject_hash=response.subject_hash,
    )
    # What is set is recorded: a response that sends no work back has no `redo`, as in the logs of earlier versions.
    extra = {
        "redo": response.redo,
        "raise_by": response.raise_by,
        "without_asking": response.without_asking or None,
        "legacy": request.subject_hash is None or None,
        "reason": HitlReason(request.reason) if HitlReason(request.reason).is_unfinished else None,
        "principal_id": response.voter and response.voter.principal_id,
    }
    return event.model_copy(update={name: value for name, value in extra.items() if value is not None})


async def outcome_as_recorded(connection: AsyncConnection, request_id: UUID) -> RequestOutcome:
    """Return how a closed request was closed."""
    request = await hitl.get(connection, request_id)
    if request is None:
        raise ContradictionError(f"request {request_id} does not exist")
    decision = await hitl_decisions.get(connection, request.id, request.decision_id) if request.decision_id else None
    if decision is None:
        return RequestOutcome(expired=request.status == HitlStatus.EXPIRED)
    response = hitl_decisions.response_of(request.id, decision, decision.id)
    event = await events.data_of(connection, request.project_id, response_key(request.id))
    response = response.model_copy(update={"without_asking": bool(event.get("without_asking"))})
    accepted = tuple(ArtifactRef.model_validate(ref) for ref in request.artifacts)
    if response.content_hash is not None:
        amended = {ref.type: ref for ref in await artifacts.written_by(connection, request.id)}
        accepted = tuple(amended.get(ref.type, ref) for ref in accepted) or tuple(amended.values())
    elif response.action is not HitlAction.APPROVE:
        accepted = ()
    return RequestOutcome(response=response, accepted=accepted)
