"""A project's log of events, and what its agents are doing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api import examples
from api.deps import ProjectDep, ServicesDep
from api.documentation import answers
from api.shapes.projects import AgentStatePublic, EventPage
from api.shapes.shape import Page
from models.contracts.enums import AgentStatus, AgentType
from store import agents, events

router = APIRouter(prefix="/projects/{project_id}", tags=["projects"])

MAX_SEQ = 2**63 - 1


@router.get("/events", summary="Read a project's log", responses=answers(examples.EVENTS, 404, 422, 503))
async def list_events(
    project: ProjectDep,
    services: ServicesDep,
    since: Annotated[int, Query(ge=0, le=MAX_SEQ, description="The number of the last event seen.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> EventPage:
    """The events after number `since`, in order and without gaps."""
    async with services.store.reading() as connection:
        found = await events.since(connection, project.id, since, limit=limit)
    head = max([project.last_seq, *(event.seq or 0 for event in found)])
    last = found[-1].seq if found else None
    return EventPage(items=found, next_cursor=str(last) if last and last < head else None, head=head)


@router.get(
    "/agents",
    summary="Show what a project's agents are doing",
    responses=answers(examples.page(examples.AGENT_STATE), 404, 422, 503),
)
async def list_project_agents(project: ProjectDep, services: ServicesDep) -> Page[AgentStatePublic]:
    async with services.store.reading() as connection:
        known = {AgentType(one.agent_type): one for one in await agents.of_project(connection, project.id)}
    states = []
    for agent_type in AgentType:
        state = known.get(agent_type)
        states.append(
            AgentStatePublic(
                agent_type=agent_type,
                status=AgentStatus(state.status) if state else AgentStatus.IDLE,
                task_id=state.task_id if state else None,
                updated_at=state.updated_at if state else None,
            )
        )
    return Page(items=states)
