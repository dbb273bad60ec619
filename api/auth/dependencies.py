"""FastAPI dependencies: who makes the request, and whether they may."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends, Request

from api.auth.authenticator import NOT_VALID
from api.auth.caller import Caller
from api.auth.permissions import NEEDS, Instance, Open, Project
from api.errors import ForbiddenError, NotSignedInError
from api.services import Services
from models.contracts.identity import Permission


async def authorize(request: Request) -> None:
    """Find out who makes the request, and check what the endpoint needs, except for the project in the path, which
    `require_in_project` checks once it is known."""
    need = NEEDS.get(request.scope["route"].name)
    if need is None:
        raise ForbiddenError("This endpoint has no entry in the table of permissions.")
    if need is Open.PUBLIC:
        return
    services: Services = request.app.state.services
    caller = await services.authenticator.admit(request)
    structlog.contextvars.bind_contextvars(caller=caller.name)
    if isinstance(need, Instance) and not caller.may(need.permission, None):
        caller = await _current(services, caller)
        caller.require(need.permission, None)
    if need is Open.OWN:
        caller.require_whole()
    if need is Open.AUDIT and not caller.may_audit:
        caller = await _current(services, caller)
        caller.require_audit()
    request.state.caller = caller


async def require_in_project(request: Request, project_id: UUID, noun: str, id_: UUID) -> None:
    """Check what the endpoint needs in the project that its path names.

    Raises:
        NotFoundError: the caller may not see the project.
        ForbiddenError: the caller may see it, and not do this.
    """
    need = NEEDS[request.scope["route"].name]
    permission = need.permission if isinstance(need, Project) else Permission.READ
    await require(request, permission, project_id, noun, id_)


async def require(
    request: Request, permission: Permission, project_id: UUID | None, noun: str = "", id_: UUID | None = None
) -> None:
    """Check a permission, if need be with the caller's current roles: one may have been granted a moment ago."""
    caller: Caller = request.state.caller
    if not caller.may(permission, project_id):
        caller = await _current(request.app.state.services, caller)
        caller.require(permission, project_id, noun, id_)
        request.state.caller = caller


async def _current(services: Services, caller: Caller) -> Caller:
    current = await services.authenticator.refresh(caller)
    if current is None:
        raise NotSignedInError(NOT_VALID)
    return current


def _get_caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


CallerDep = Annotated[Caller, Depends(_get_caller)]
"""Who makes the request."""
