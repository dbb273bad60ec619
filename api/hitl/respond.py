"""Submit a response to a HITL request: check it, send it to the workflow as a signal, and wait for the outcome.

The workflow decides. This module only rejects what the workflow would reject.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from api.artifacts.content import check_content
from api.auth.caller import Caller
from api.errors import RECOVERY_HINT, ConflictError, InvalidError
from api.hitl.eligibility import check_eligible, check_raise
from api.hitl.outcome_waiter import Poll
from api.hitl.possible_actions import open_request_of
from api.hitl.redo import read_redo_choices
from api.hitl.subject import check_subject
from api.problem_codes import ProblemCode
from api.services import Services
from api.shapes.hitl import DecisionPublic, ResponseAnswer, ResponseCreate
from api.temporal import WorkflowGoneError, temporal_call
from artifacts.hidden import without_unseen
from models.contracts.approvals import Voter
from models.contracts.budget import MAX_AMOUNTS, Budget, Shortage
from models.contracts.enums import HitlStatus, ResponseOutcome
from models.contracts.handoff import OpenRequest
from models.contracts.hitl import HitlResponse
from models.tables import HitlDecision, HitlRequest
from store import artifacts, budget_limits, contents, hitl, hitl_decisions, projects
from store.database import DATABASE_ERRORS
from workflows.client import handoff_handle
from workflows.gate import find_objection

log = structlog.get_logger(__name__)

OUTCOME_SECONDS = 1.5
"""How long the last read of the outcome may take, after the wait for a worker is over."""


async def submit_response(
    services: Services, request: HitlRequest, body: ResponseCreate, caller: Caller
) -> ResponseAnswer:
    """Send a response to the workflow and wait for its outcome, for as long as the settings say.

    Raises:
        ForbiddenError: the gate is assigned to others, or the budget is not the caller's to raise.
        ConflictError: another response won, the request is closed, or the response does not fit it.
        InvalidError, TooLargeError: the response itself is invalid.
        UnavailableError: Temporal is unavailable; nothing was sent.
    """
    content = body.decode_content(services.settings.max_artifact_bytes)
    response = HitlResponse(
        request_id=request.id,
        decision_id=body.decision_id or uuid7(),
        action=body.action,
        comment=body.comment,
        content_hash=contents.hash_of(content) if content is not None else None,
        artifact_id=body.artifact_id,
        redo=body.redo,
        raise_by=body.raise_by,
        raise_from=body.raise_from or _limit_asked_about(request),
        without_asking=body.without_asking,
        responder=_responder(body, caller),
        responded_at=datetime.now(UTC),
        subject_hash=body.subject_hash,
        voter=caller.voter,
    )
    earlier, shortage, redo_stages = await _read_before(services, request, body)
    if earlier is not None:
        return await _result(services, response, earlier, request, caller)
    if request.status != HitlStatus.PENDING:
        raise await closed_error(services, request)
    await check_eligible(services, request, caller)
    await check_subject(services, request, body.subject_hash)
    open_request = open_request_of(request)
    if body.in_bulk and request.needs_person:
        raise ConflictError(
            "This gate needs a person who looks at its result: it cannot be decided in bulk. Respond to it by itself.",
            code=ProblemCode.NEEDS_PERSON,
        )
    _check_against_gate(open_request, response, redo_stages)
    if response.raise_by is not None and shortage is not None:
        check_raise(shortage, caller)
        objection = shortage.find_objection(response.raise_by)
        if objection is None and response.raise_from is not None:
            objection = shortage.find_raise(response.raise_from.of(shortage.unit) or 0.0)
        if objection is not None:
            raise InvalidError("raise_by", objection)
    if content is not None:
        await _check_amendment(services, request.project_id, open_request, response, content)
        # Stored before the signal that names it; until an artifact refers to it, it has no meaning.
        async with services.store.reading() as connection:
            await contents.put(connection, [content])
    signed = await services.signer.sign(response)
    with services.outcome_waiter.listening(request.project_id, request.id) as poll:
        await _signal(services, request, signed)
        return await _wait_for_result(services, request, response, caller, poll)


async def _read_before(
    services: Services, request: HitlRequest, body: ResponseCreate
) -> tuple[HitlDecision | None, Shortage | None, tuple[str, ...]]:
    """Return the response as it was judged if it was sent before, the exhausted budget as it is now, and the stages
    that the work may go back to, as far as the response needs them: most need nothing beside the request."""
    if body.decision_id is None and body.redo is None and request.shortage is None:
        return None, None, ()
    async with services.store.reading() as connection:
        shortage = await _current_shortage(connection, request)  # first: this very response may be applied meanwhile
        earlier = await hitl_decisions.get(connection, request.id, body.decision_id) if body.decision_id else None
        redo_stages = (await read_redo_choices(connection, request)).stages if body.redo else ()
    return earlier, shortage, redo_stages


def _responder(body: ResponseCreate, caller: Caller) -> str:
    """Return the name for the records: the person's, and also the program's if it responds by itself."""
    name = caller.named(body.responder)
    is_program = body.without_asking and "responder" in body.model_fields_set and name != body.responder
    if not is_program:
        return name
    # The person first, and whole: the program says its own name.
    return f"{name}, through {without_unseen(body.responder)}"[:255]


def _limit_asked_about(request: HitlRequest) -> Budget | None:
    """Return the limit in a request about a budget."""
    if request.shortage is None:
        return None
    shortage = Shortage.model_validate(request.shortage)
    return Budget.model_validate({shortage.unit: min(shortage.limit, MAX_AMOUNTS[shortage.unit])})


async def _current_shortage(connection: AsyncConnection, request: HitlRequest) -> Shortage | None:
    if request.shortage is None:
        return None
    return await budget_limits.current(connection, Shortage.model_validate(request.shortage))


def _check_against_gate(open_request: OpenRequest, response: HitlResponse, redo_stages: tuple[str, ...]) -> None:
    """Reject at once what the gate would reject, by the gate's own rules."""
    objection = find_objection(open_request, response, redo_stages)
    if objection is None:
        return
    if objection.field is not None:
        raise InvalidError(objection.field, objection.reason)
    raise ConflictError(f"This response is not possible: {objection}.", code=ProblemCode.NOT_POSSIBLE)


async def _check_amendment(
    services: Services, project_id: UUID, open_request: OpenRequest, response: HitlResponse, content: bytes
) -> None:
    """Reject content that is not valid for the media type of what it replaces."""
    first_id = open_request.artifacts[0].artifact_id if open_request.artifacts else None
    amended = response.artifact_id or first_id
    async with services.store.reading() as connection:
        original = await artifacts.get(connection, amended) if amended else None
        if original is not None:
            media_type = original.media_type
        else:
            media_type = await projects.media_type(connection, project_id, open_request.supplies or "")
    await check_content(media_type, content)


async def _signal(services: Services, request: HitlRequest, response: HitlResponse) -> None:
    try:
        async with temporal_call():
            await handoff_handle(services.temporal, request.workflow_id).signal("respond", response)
    except WorkflowGoneError:
        raise await closed_error(services, request) from None


async def _wait_for_result(
    services: Services, request: HitlRequest, response: HitlResponse, caller: Caller, poll: Poll
) -> ResponseAnswer:
    """Return the outcome, or `submitted` if there is none yet. The response is durable now, whatever fails here."""
    try:
        decided = await poll.wait(response.decision_id, services.settings.respond_wait_seconds)
        if decided is not None:
            return await _result(services, response, *decided, caller)
        async with services.store.reading(OUTCOME_SECONDS) as connection:
            # The response may be judged after the poll's last read.
            current, judged = await hitl_decisions.with_request(connection, request.id, [response.decision_id])
        current = current or request
        if (decision := judged.get(response.decision_id)) is not None:
            return await _result(services, response, decision, current, caller)
        if current.status != HitlStatus.PENDING:
            raise await closed_error(services, current)
    except DATABASE_ERRORS as error:
        log.warning("outcome_not_read", request_id=str(request.id), reason=str(error))
    return ResponseAnswer(request_id=request.id, decision_id=response.decision_id, status="submitted")


async def _result(
    services: Services, response: HitlResponse, decision: HitlDecision, request: HitlRequest, caller: Caller
) -> ResponseAnswer:
    """Return the result of a response that was judged. The same response, sent again, has the same result."""
    fields = ("action", "comment", "content_hash", "artifact_id", "redo")
    raised = response.raise_by.model_dump(mode="json") if response.raise_by else None
    is_same = all(getattr(decision, field) == getattr(response, field) for field in fields)
    if not is_same or decision.raise_by != raised or _is_of_somebody_else(decision, response):
        raise InvalidError("decision_id", "was used for another response", code=ProblemCode.KEY_REUSED)
    if decision.outcome == ResponseOutcome.REFUSED:
        await check_eligible(services, request, await services.authenticator.refresh(caller) or caller)
        await check_subject(services, request, decision.subject_hash)
        detail = f"This response is not possible: {decision.explanation}."
        raise ConflictError(detail, code=ProblemCode.NOT_POSSIBLE)
    if decision.outcome != ResponseOutcome.APPLIED:
        raise await closed_error(services, request)
    return ResponseAnswer(
        request_id=request.id,
        decision_id=decision.id,
        outcome=ResponseOutcome.APPLIED,
        status=response.action.resulting_status,  # the row may have been read right before it was closed
    )


def _is_of_somebody_else(decision: HitlDecision, response: HitlResponse) -> bool:
    """Return whether somebody else sent a response with the same id."""
    if decision.voter is None or response.voter is None:
        return False
    return Voter.model_validate(decision.voter).principal_id != response.voter.principal_id


async def closed_error(services: Services, request: HitlRequest) -> ConflictError:
    """Return the error with the request's current status and the decision that closed it."""
    async with services.store.reading() as connection:
        current = await hitl.get(connection, request.id) or request
        winner = await hitl_decisions.get(connection, current.id, current.decision_id) if current.decision_id else None
    code = ProblemCode.CLOSED
    if current.status == HitlStatus.PENDING:
        code, detail = ProblemCode.WORKFLOW_GONE, f"The workflow of this request is not running. {RECOVERY_HINT}"
    elif winner is not None:
        code = ProblemCode.ALREADY_DECIDED
        detail = f"{winner.responder} decided first: the request is {current.status}."
    else:
        detail = f"The request is {current.status}."
    return ConflictError(
        detail,
        code=code,
        request={"request_id": str(current.id), "status": current.status},
        decision=DecisionPublic.of(winner).model_dump(mode="json") if winner else None,
    )
