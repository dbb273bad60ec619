"""List the kinds of agents, and who can play them."""

from __future__ import annotations

from fastapi import APIRouter

from api import examples
from api.deps import ServicesDep
from api.documentation import describe_responses
from api.services import Services
from api.shapes.catalogue import AgentPublic, ProviderPublic
from api.shapes.shape import Page
from crew.providers import MODELS, providers
from models.contracts.names import REHEARSAL, CrewName
from models.contracts.roles import BUILT_IN_ROLES

router = APIRouter(tags=["catalogue"])


def default_crew(services: Services) -> CrewName:
    """Return the crew of a project that names neither a crew nor a model."""
    return MODELS if services.settings.model else REHEARSAL


@router.get("/agents/", summary="List the kinds of agents", responses=describe_responses(examples.page(examples.AGENT)))
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
    summary="List the providers of agents",
    responses=describe_responses(examples.page(examples.PROVIDER)),
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
            )
            for provider in providers().values()
        ]
    )
