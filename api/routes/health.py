"""Liveness, the health of each component, and readiness."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from api.auth.caller import Caller
from api.deps import ServicesDep
from api.errors import ForbiddenError, NotSignedInError
from api.health.checks import DATABASE_SECONDS
from api.openapi.documentation import describe_responses, example_response
from api.openapi.examples.health import DETAILED_HEALTH, HEALTH
from api.services import Services
from api.shapes.health import DetailedHealth, Health, Links, PipelineLeftOut
from api.shapes.workflows import WorkflowProblemItem, WorkflowProblems
from config.version import installed_version
from models.contracts.enums import WorkflowProblemKind
from store import open_workflows
from store.database import DATABASE_ERRORS
from store.open_workflows import OpenWorkflow

router = APIRouter(prefix="/health", tags=["health"])

CALLER_SECONDS = 0.4
"""How long it may take to find out who asks, before the checks: the answer has to arrive within two seconds."""

MAX_LISTED = 20
"""How many workflows with problems are listed; GET /workflows/problems has them all."""


@router.get("/", summary="Check that the API is alive", responses=describe_responses(HEALTH))
async def alive() -> Health:
    """Contacts no server."""
    return Health()


@router.get("/detailed", summary="Show the health of each component", responses=describe_responses(DETAILED_HEALTH))
async def detailed_health(services: ServicesDep, request: Request) -> DetailedHealth:
    """200, whatever it reports on the components, and on workflows that cannot continue. It counts and names those that
    the caller may see. Who has not signed in learns what works, and neither versions nor reasons nor numbers."""
    return await _check_health(services, request, with_workflows=True)


@router.get(
    "/ready",
    summary="Check that the API is ready to work",
    responses=describe_responses(DETAILED_HEALTH | {"status": "ok"})
    | {503: {"model": DetailedHealth, **example_response(DETAILED_HEALTH)}},
)
async def ready(services: ServicesDep, request: Request, response: Response) -> DetailedHealth:
    """503 while the database, Redis or Temporal is unavailable, or no worker polls the task queue. Workflows that
    cannot continue do not matter here: the others still run."""
    health = await _check_health(services, request)
    if health.status != "ok":
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return health


async def _check_health(services: Services, request: Request, *, with_workflows: bool = False) -> DetailedHealth:
    """Check all components, and whether workflows cannot continue. Requests are counted, also those of nobody."""
    caller, may_know = None, False
    try:
        async with asyncio.timeout(CALLER_SECONDS):
            caller = await services.authenticator.admit(request)
        may_know = True
    except (NotSignedInError, ForbiddenError):
        pass
    except (TimeoutError, *DATABASE_ERRORS):
        may_know = services.authenticator.knows(request)  # who was signed in may see what is wrong with it
    components, problems = await asyncio.gather(services.health_checks.run(), _read_workflow_problems(services, caller))
    is_ok = all(component.status == "ok" for component in components.values())
    if with_workflows and problems is not None and problems.total:
        is_ok = False
    health = DetailedHealth(
        status="ok" if is_ok else "degraded",
        version=installed_version(),
        links=Links(temporal_ui=services.settings.temporal_ui_url),
        components=components,
        workflows=None if caller is None else problems,
        pipelines_left_out=[
            PipelineLeftOut(file=skipped.file, problems=list(skipped.problems))
            for skipped in services.pipelines.left_out
        ],
    )
    return health if may_know else _for_nobody(health)


def _for_nobody(health: DetailedHealth) -> DetailedHealth:
    """Return what a public probe needs."""
    components = {
        name: component.model_copy(update={"detail": None, "version": None})
        for name, component in health.components.items()
    }
    hidden = {"version": "", "links": Links(temporal_ui=None), "components": components, "pipelines_left_out": []}
    return health.model_copy(update=hidden)


async def _read_workflow_problems(services: Services, caller: Caller | None) -> WorkflowProblems | None:
    """Return those that the caller may see; for nobody, the number of all."""
    rows: Sequence[OpenWorkflow] = ()
    seen = None if caller is None else caller.visible_projects
    try:
        if seen is None:
            counts = await services.health_checks.problem_counts()
        else:
            async with services.store.reading(DATABASE_SECONDS) as connection:
                counts = await open_workflows.problem_counts(connection, seen)
        if counts and caller is not None:
            async with services.store.reading(DATABASE_SECONDS) as connection:
                rows = await open_workflows.with_problems(connection, within=seen, limit=MAX_LISTED)
    except DATABASE_ERRORS:
        return None  # the database component has the reason
    return WorkflowProblems(
        missing=counts.get(WorkflowProblemKind.MISSING, 0),
        stuck=counts.get(WorkflowProblemKind.STUCK, 0),
        inconsistent=counts.get(WorkflowProblemKind.INCONSISTENT, 0),
        items=[WorkflowProblemItem.of(row) for row in rows],
    )
