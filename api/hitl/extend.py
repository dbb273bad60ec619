"""Extend the deadline of a HITL request: check it, send it to the workflow as a signal, and wait until it is recorded.

The workflow has the records decide. This module only rejects what they would not apply.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import structlog
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from api.auth.caller import Caller
from api.errors import ConflictError, InvalidError
from api.hitl.eligibility import check_eligible
from api.hitl.respond import closed_error
from api.problem_codes import ProblemCode
from api.services import Services
from api.shapes.extension import ExtensionAnswer, ExtensionCreate
from api.temporal import WorkflowGoneError, temporal_call
from models.contracts.enums import HitlStatus
from models.contracts.extension import HitlExtension
from models.tables import HitlRequest
from store import hitl, hitl_extensions, projects
from store.database import DATABASE_ERRORS
from workflows.client import handoff_handle

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.03
READ_SECONDS = 1.5
"""How long one read of the outcome may take."""


async def submit_extension(
    services: Services, request: HitlRequest, body: ExtensionCreate, caller: Caller
) -> ExtensionAnswer:
    """Send an extension to the workflow and wait until it is recorded, for as long as the settings say.

    Who may decide may extend: a later deadline also puts off what happens when it passes.

    Raises:
        ForbiddenError: the gate is assigned to others.
        ConflictError: the request is closed, its deadline has passed, or it has another one than the client saw.
        InvalidError: the deadline is not later, or too far ahead.
        UnavailableError: Temporal is unavailable; nothing was sent.
    """
    extension_id = body.extension_id or uuid7()
    async with services.store.reading() as connection:
        earlier = await hitl_extensions.get(connection, request.project_id, extension_id)
        current = await hitl.get(connection, request.id) or request
        _, is_paused = (await projects.names(connection, {request.project_id}))[request.project_id]
    if earlier is not None:
        was_asked = body.expires_at in (None, earlier.expires_at) and earlier.request_id == request.id
        was_asked = was_asked and earlier.principal_id in (None, caller.principal_id)
        if not was_asked or body.extend_by not in (None, earlier.expires_at - earlier.was):
            raise InvalidError("extension_id", "was used for another extension", code=ProblemCode.KEY_REUSED)
        return ExtensionAnswer(
            request_id=request.id, extension_id=extension_id, status="extended", expires_at=earlier.expires_at
        )
    if current.status != HitlStatus.PENDING:
        raise await closed_error(services, current)
    # As it is now: no worker checks this again.
    await check_eligible(services, current, await services.authenticator.refresh(caller) or caller)
    if body.was is not None and body.was != current.expires_at:
        raise _changed_error(current)
    if current.expires_at <= datetime.now(UTC) and not (is_paused or current.held_since):
        raise ConflictError(
            "The deadline has passed, so that it cannot be extended.",
            code=ProblemCode.DEADLINE_PASSED,
            request=_state_of(current),
        )
    extension = _extension(current, body, extension_id, caller)
    try:
        async with temporal_call():
            await handoff_handle(services.temporal, request.workflow_id).signal("extend", extension)
    except WorkflowGoneError:
        raise await closed_error(services, request) from None
    return await _wait_for_result(services, current, extension)


def _extension(request: HitlRequest, body: ExtensionCreate, extension_id: object, caller: Caller) -> HitlExtension:
    field = "expires_at" if body.expires_at is not None else "extend_by"
    try:
        return HitlExtension.model_validate(
            {
                "request_id": request.id,
                "extension_id": extension_id,
                "was": request.expires_at,
                "expires_at": body.deadline_after(request.expires_at),
                "extended_by": caller.named(body.extended_by),
                "principal_id": caller.principal_id,
                "extended_at": datetime.now(UTC),
            }
        )
    except OverflowError:
        raise InvalidError(field, "is too long") from None
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ").removeprefix("expires_at ")
        raise InvalidError(field, reason) from None


async def _wait_for_result(services: Services, request: HitlRequest, extension: HitlExtension) -> ExtensionAnswer:
    """Return the outcome, or `submitted` if there is none yet. The extension is durable now, whatever fails here."""
    sent = ExtensionAnswer(
        request_id=request.id,
        extension_id=extension.extension_id,
        status="submitted",
        expires_at=extension.expires_at,
    )
    end = asyncio.get_running_loop().time() + services.settings.respond_wait_seconds
    try:
        while True:
            async with services.store.reading(READ_SECONDS) as connection:
                # In this order: an extension that was applied is then found, although another one followed it.
                current = await hitl.get(connection, request.id) or request
                applied = await hitl_extensions.get(connection, request.project_id, extension.extension_id)
            if applied is not None:
                return sent.model_copy(update={"status": "extended"})
            if current.status != HitlStatus.PENDING:
                raise await closed_error(services, current)
            if current.expires_at != extension.was:
                raise _changed_error(current)
            if asyncio.get_running_loop().time() > end:
                break
            await asyncio.sleep(POLL_SECONDS)
    except DATABASE_ERRORS as error:
        log.warning("extension_not_read", request_id=str(request.id), reason=str(error))
    return sent


def _changed_error(request: HitlRequest) -> ConflictError:
    """Return the error that another extension, or the end of a pause, came first."""
    detail = f"The deadline has changed: it is {request.expires_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC now."
    return ConflictError(detail, code=ProblemCode.DEADLINE_CHANGED, request=_state_of(request))


def _state_of(request: HitlRequest) -> dict[str, str]:
    expires_at = request.expires_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"request_id": str(request.id), "status": request.status, "expires_at": expires_at}
