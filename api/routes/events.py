"""Read a project's event log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ProjectDep, ServicesDep
from api.openapi.documentation import describe_responses
from api.openapi.examples.projects import EVENTS
from api.realtime.client_frames import MAX_SEQ
from api.shapes.events import EventPage
from store import events

router = APIRouter(prefix="/projects/{project_id}", tags=["projects"])


@router.get("/events", summary="Read a project's log", responses=describe_responses(EVENTS, 404, 422, 503))
async def list_events(
    project: ProjectDep,
    services: ServicesDep,
    since: Annotated[int, Query(ge=0, le=MAX_SEQ, description="The number of the last event that you have.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> EventPage:
    """The events after number `since`, in order and without gaps."""
    async with services.store.reading() as connection:
        page = await events.since(connection, project.id, since, limit=limit)
    head = max([project.last_seq, *(event.seq or 0 for event in page)])
    last = page[-1].seq if page else None
    return EventPage(items=page, next_cursor=str(last) if last and last < head else None, head=head)
