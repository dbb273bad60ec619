"""List the kinds of agents, and show what the agents of a project are doing."""

from __future__ import annotations

from fastapi import APIRouter

from api import examples
from api.deps import ProjectDep, ServicesDep
from api.documentation import describe_responses
from api.shapes.agents import AgentStatePublic
from api.shapes.catalogue import AgentPublic
from api.shapes.shape import Page
from models.contracts.enums import AgentStatus, AgentType
from store import agents

router = APIRouter()

DESCRIPTIONS = {
    AgentType.ANALYST: "Reads the brief and turns it into a plan and numbered requirements.",
    AgentType.ARCHITECT: "Designs the system and plans its implementation.",
    AgentType.CODER: "Writes the package, with a test for each requirement.",
    AgentType.TESTER: "Runs the tests and reports what happened against each requirement.",
    AgentType.DEPLOYER: "Builds the package and checks that it installs.",
}


@router.get(
    "/agents/",
    tags=["catalogue"],
    summary="List the kinds of agents",
    responses=describe_responses(examples.page(examples.AGENT)),
)
async def list_agents() -> Page[AgentPublic]:
    return Page(
        items=[
            AgentPublic(agent_type=agent_type, description=description, provider="rehearsal")
            for agent_type, description in DESCRIPTIONS.items()
        ]
    )


@router.get(
    "/projects/{project_id}/agents",
    tags=["projects"],
    summary="Show what a project's agents are doing",
    responses=describe_responses(examples.page(examples.AGENT_STATE), 404, 422, 503),
)
async def list_project_agents(project: ProjectDep, services: ServicesDep) -> Page[AgentStatePublic]:
    async with services.store.reading() as connection:
        rows = await agents.of_project(connection, project.id)
    known = {AgentType(row.agent_type): row for row in rows}
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
