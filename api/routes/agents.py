"""List the kinds of agents."""

from __future__ import annotations

from fastapi import APIRouter

from api import examples
from api.documentation import describe_responses
from api.shapes.catalogue import AgentPublic
from api.shapes.shape import Page
from models.contracts.enums import AgentType

router = APIRouter(prefix="/agents", tags=["catalogue"])

DESCRIPTIONS = {
    AgentType.ANALYST: "Reads the brief and turns it into a plan and numbered requirements.",
    AgentType.ARCHITECT: "Designs the system and plans its implementation.",
    AgentType.CODER: "Writes the package, with a test for each requirement.",
    AgentType.TESTER: "Runs the tests and reports what happened against each requirement.",
    AgentType.DEPLOYER: "Builds the package and checks that it installs.",
}


@router.get("/", summary="List the kinds of agents", responses=describe_responses(examples.page(examples.AGENT)))
async def list_agents() -> Page[AgentPublic]:
    return Page(
        items=[
            AgentPublic(agent_type=agent_type, description=description, provider="rehearsal")
            for agent_type, description in DESCRIPTIONS.items()
        ]
    )
