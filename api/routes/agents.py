"""List the kinds of agents and who can play them, and show what the agents of a project are doing."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ProjectDep, ServicesDep
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.agents import AGENT, AGENT_STATE, PROVIDER
from api.services import Services
from api.shapes.agents import AgentStatePublic
from api.shapes.catalogue import AgentPublic, ProviderPublic
from api.shapes.shape import Page
from crew.providers import MODELS, providers
from models.contracts.enums import AgentStatus
from models.contracts.names import REHEARSAL, CrewName
from models.contracts.roles import BUILT_IN_ROLES
from store import agents

router = APIRouter()


def default_crew(services: Services) -> CrewName:
    """Return the crew of a project that names neither a crew nor a model."""
    return MODELS if services.settings.model else REHEARSAL


@router.get(
    "/agents/",
    tags=["catalogue"],
    summary="List the kinds of agents",
    responses=describe_responses(page_of(AGENT)),
)
async def list_agents(services: ServicesDep) -> Page[AgentPublic]:
    """The built-in roles, and the provider that plays them unless a project names another. A pipeline may declare more
    roles."""
    crew = default_crew(services)
    return Page(
        items=[
            AgentPublic(agent_type=role.name, description=role.description, provider=crew)
            for role in BUILT_IN_ROLES.values()
        ]
    )


@router.get(
    "/providers/",
    tags=["catalogue"],
    summary="List the providers of agents",
    responses=describe_responses(page_of(PROVIDER)),
)
async def list_providers(services: ServicesDep) -> Page[ProviderPublic]:
    """Who can play the crew of a project: `crew` in POST /projects/."""
    default = default_crew(services)
    return Page(
        items=[
            ProviderPublic(
                name=provider.name,
                description=provider.description,
                is_rehearsal=provider.is_rehearsal,
                is_default=provider.name == default,
                default_model=None if provider.is_rehearsal else services.settings.model,
            )
            for provider in providers().values()
        ]
    )


@router.get(
    "/projects/{project_id}/agents",
    tags=["projects"],
    summary="Show what a project's agents are doing",
    responses=describe_responses(page_of(AGENT_STATE), 404, 422, 503),
)
async def list_project_agents(project: ProjectDep, services: ServicesDep) -> Page[AgentStatePublic]:
    async with services.store.reading() as connection:
        rows = await agents.of_project(connection, project.id)
    known = {row.agent_type: row for row in rows}
    states = []
    in_pipeline = (stage["agent"] for stage in project.pipeline["stages"])
    for agent_type in dict.fromkeys((*BUILT_IN_ROLES, *in_pipeline, *known)):
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
