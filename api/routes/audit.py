"""Read the audit log."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import ServicesDep
from api.http.pagination import PageParamsDep
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.auth import AUTH_EVENT
from api.shapes.accounts import AuthEventPublic
from api.shapes.shape import Page
from models.contracts.identity import AuthEventKind
from store.identity import auth_events

router = APIRouter(prefix="/auth/events", tags=["auth"])


@router.get(
    "", summary="List audited events, newest first", responses=describe_responses(page_of(AUTH_EVENT), 422, 503)
)
async def list_auth_events(
    services: ServicesDep,
    page: PageParamsDep,
    kind: AuthEventKind | None = None,
    principal_id: Annotated[UUID | None, Query(description="Only what was done to this person or service.")] = None,
) -> Page[AuthEventPublic]:
    """Who signed in or failed to, and who changed people, roles, tokens and sessions, for auditors and administrators
    of all projects."""
    async with services.store.reading() as connection:
        rows = await auth_events.newest(
            connection, kind=kind, principal_id=principal_id, before=page.after, limit=page.rows_to_read
        )
    items, next_cursor = page.paginate(rows, lambda event: event.id)
    return Page(items=[AuthEventPublic.of(event) for event in items], next_cursor=next_cursor)
