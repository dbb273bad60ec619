"""A response on its way: checked, made durable as a signal, then awaited; the workflow is the judge."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from uuid_utils.compat import uuid7

from activities.records import STATUS
from api.artifacts.content import check_content
from api.errors import WHAT_TO_DO, ConflictError, InvalidError, TooLargeError
from api.services import Services
from api.shapes.hitl import DecisionPublic, ResponseAnswer, ResponseCreate
from api.temporal import WorkflowGoneError, reaching
from artifacts.media_types import MARKDOWN, default_media_type
from models.contracts.enums import HitlStatus, ResponseOutcome
from models.contracts.handoff import OpenRequest
from models.contracts.hitl import HitlResponse
from models.contracts.project import GateState
from models.tables import HitlDecision, HitlRequest
from store import artifacts, contents, hitl
from workflows.client import handoff_handle
from workflows.gate import OpenGate

log = structlog.get_logger(__name__)

OUTCOME_SECONDS = 1.5
"""How long a response that is safe waits for the database to say what became of it, once it has waited for a worker."""

OPEN_FIELDS = OpenRequest.model_fields.keys() - {"request_id"}


async def respond(services: Services, request: HitlRequest, given: ResponseCreate) -> ResponseAnswer:
    """Hand a response to the workflow, and wait for what it makes of it, as long as the settings say.

    Raises:
        ConflictError: another response won, the request is closed, or the response does not fit it.
        InvalidError, TooLargeError: the response itself cannot be used.
        UnavailableError: Temporal is away; nothing has happened.
    """
    body = given.body()
    if body is not None and len(body) > services.settings.max_artifact_bytes:
        raise TooLargeError(f"The content is larger than {services.settings.max_artifact_bytes} bytes.")
    response = HitlResponse(
        request_id=request.id,
        decision_id=given.decision_id or uuid7(),
        action=given.action,
        comment=given.comment,
        content_hash=contents.hash_of(body) if body is not None else None,
        artifact_id=given.artifact_id,
        responder=given.responder,
        responded_at=datetime.now(UTC),
    )
    async with services.store.reading() as connection:
        earlier = await hitl.decision(connection, request.id, response.decision_id)
        now = await hitl.get(connection, request.id) or request
    if earlier is not None:
        return await _answer(services, response, earlier, now)
    if now.status != HitlStatus.PENDING:
        raise await _closed(services, now)
    opened = OpenRequest.model_validate({"request_id": now.id, **now.model_dump(include=OPEN_FIELDS)})
    _check_fit(opened, response)
    if body is not None:
        await _check_amendment(services, opened, response, body)
        # Written before the signal that names it; without an artifact it has no meaning yet.
        async with services.store.reading() as connection:
            await contents.put(connection, [body])
    await _send(services, request, response)
    return await _outcome(services, request, response)


def _check_fit(opened: OpenRequest, response: HitlResponse) -> None:
    """Refuse at once what the gate would refuse: by the gate's own rules."""
    if response.artifact_id is not None and response.artifact_id not in {one.artifact_id for one in opened.artifacts}:
        raise InvalidError("artifact_id", "is not what this request asks about")
    gate = OpenGate(GateState(request=opened))
    gate.offer(response)
    judgement = gate.judge()
    if judgement.winner is None:
        raise ConflictError(f"This cannot be done: {judgement.judged[0].explanation}.")


async def _check_amendment(services: Services, opened: OpenRequest, response: HitlResponse, body: bytes) -> None:
    """Refuse content that is not of the kind that it takes the place of."""
    foremost = opened.artifacts[0].artifact_id if opened.artifacts else None
    amended = response.artifact_id or foremost
    async with services.store.reading() as connection:
        original = await artifacts.get(connection, amended) if amended else None
    if original is not None:
        media_type = original.media_type
    else:
        media_type = default_media_type(opened.supplies) if opened.supplies else MARKDOWN
    await check_content(media_type, body)


async def _send(services: Services, request: HitlRequest, response: HitlResponse) -> None:
    try:
        async with reaching():
            await handoff_handle(services.temporal, request.workflow_id).signal("respond", response)
    except WorkflowGoneError:
        raise await _closed(services, request) from None


async def _outcome(services: Services, request: HitlRequest, response: HitlResponse) -> ResponseAnswer:
    """What the workflow made of the response, or that nothing has yet. It is safe by now, whatever is away."""
    try:
        judged = await services.outcome_waiter.of(
            request.project_id, request.id, response.decision_id, services.settings.respond_wait_seconds
        )
        if judged is not None:
            return await _answer(services, response, *judged)
        async with services.store.reading(OUTCOME_SECONDS) as connection:
            # In this order: the response may have been judged since the last look, or between these two.
            now = await hitl.get(connection, request.id) or request
            decision = await hitl.decision(connection, request.id, response.decision_id)
        if decision is not None:
            return await _answer(services, response, decision, now)
        if now.status != HitlStatus.PENDING:
            raise await _closed(services, now)
    except (SQLAlchemyError, psycopg.Error) as error:
        log.warning("outcome_not_read", request_id=str(request.id), reason=str(error))
    return ResponseAnswer(request_id=request.id, decision_id=response.decision_id, status="submitted")


async def _answer(
    services: Services, response: HitlResponse, decision: HitlDecision, request: HitlRequest
) -> ResponseAnswer:
    """What a judged response is answered with; the same one sent again gets the same answer."""
    judged = (decision.action, decision.comment, decision.content_hash, decision.artifact_id)
    if judged != (response.action, response.comment, response.content_hash, response.artifact_id):
        raise InvalidError("decision_id", "was used for another response")
    if decision.outcome == ResponseOutcome.REFUSED:
        raise ConflictError(f"This cannot be done: {decision.explanation}.")
    if decision.outcome != ResponseOutcome.APPLIED:
        raise await _closed(services, request)
    return ResponseAnswer(
        request_id=request.id,
        decision_id=decision.id,
        outcome=ResponseOutcome.APPLIED,
        status=STATUS[response.action],  # the row may have been read right before it was closed
    )


async def _closed(services: Services, request: HitlRequest) -> ConflictError:
    """The request as it is now, with the decision that closed it."""
    async with services.store.reading() as connection:
        now = await hitl.get(connection, request.id) or request
        winner = await hitl.decision(connection, now.id, now.decision_id) if now.decision_id else None
    if now.status == HitlStatus.PENDING:
        detail = f"The workflow behind this request is not running. {WHAT_TO_DO}"
    elif winner is not None:
        detail = f"{winner.responder} decided first: the request is {now.status}."
    else:
        detail = f"The request is {now.status}."
    return ConflictError(
        detail,
        request={"request_id": str(now.id), "status": now.status},
        decision=DecisionPublic.of(winner).model_dump(mode="json") if winner else None,
    )
