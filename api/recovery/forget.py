"""Remove a project for good, because a person asks for it."""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog
from fastapi import Request

from api.auth.caller import Caller
from api.errors import ConflictError, NotFoundError, UnavailableError
from api.services import Services
from api.temporal import WorkflowGoneError, temporal_call
from config.postgres import explain
from models.contracts.identity import AuthEventKind
from models.tables import Project
from store import removal
from store.identity import auth_events
from store.removal import NotRemovableError, RemovedProject
from workflows.client import delete_histories

log = structlog.get_logger(__name__)

ATTEMPTS = 5
PAUSE_SECONDS = 0.2


async def forget(services: Services, project: Project, caller: Caller, request: Request) -> None:
    """Remove a project that has ended. Its histories are deleted, too, if Temporal is available; otherwise they stay
    for Temporal's own retention.

    Raises:
        ConflictError: it has not ended, or is marked to be kept.
        NotFoundError: another caller has removed it.
        UnavailableError: something else keeps writing to it.
    """
    for _ in range(ATTEMPTS):
        try:
            removed = await _remove(services, project.id, caller, request)
            break
        except NotRemovableError as error:
            raise ConflictError(f"The project is not removed: {error}.") from None
        except removal.BUSY as error:
            log.info("removal_gives_way", project_id=str(project.id), reason=explain(error))
            await asyncio.sleep(PAUSE_SECONDS)
    else:
        raise UnavailableError("The project is not removed: something is writing to it. Try again.")
    if removed is None:
        raise NotFoundError.of("project", project.id)
    log.warning("project_removed", project_id=str(project.id), by=caller.name)
    await removal.tidy_up(services.store, removed)
    try:
        async with temporal_call():
            await delete_histories(services.temporal, removed.workflow_ids)
    except (UnavailableError, WorkflowGoneError) as error:
        log.warning("histories_not_deleted", project_id=str(project.id), reason=str(error))


async def _remove(services: Services, project_id: UUID, caller: Caller, request: Request) -> RemovedProject | None:
    async with services.store.database.writing(removal.SECONDS) as connection:
        removed = await removal.remove(connection, project_id)
        if removed is not None:
            address = request.client.host if request.client else None
            who = (caller.name, address, caller.principal_id)
            kind = AuthEventKind.PROJECT_REMOVED
            await auth_events.record(connection, kind, None, *who, project_id=str(project_id))
    return removed
