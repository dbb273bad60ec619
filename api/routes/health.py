"""Liveness, the health of each component, and readiness."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from fastapi import APIRouter, Request, Response

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

MAX_LISTED = 20
"""How many workflows with problems are listed; GET /workflows/problems has them all."""


@router.get("/", summary="Check that the API is alive", responses=describe_responses(HEALTH))
async def alive() -> Health:
    """Contacts no server."""
    return Health()


@router.get("/detailed", summary="Show the health of each component", responses=describe_responses(DETAILED_HEALTH))
async def detailed_health(services: ServicesDep, request: Request) -> DetailedHealth:
    """Always 200: the body reports on the components, and on workflows that cannot continue. It names those that the
    caller may see, and nobody's to a caller who has not signed in."""
    health = await _check_health(services, request)
    if health.workflows is not None and health.workflows.total:
        return health.model_copy(update={"status": "degraded"})
    return health


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


async def _check_health(services: Services, request: Request) -> DetailedHealth:
    components, workflows = await asyncio.gather(
        services.health_checks.run(), _read_workflow_problems(services, request)
    )
    return DetailedHealth(
        status="ok" if all(component.status == "ok" for component in components.values()) else "degraded",
        version=installed_version(),
        links=Links(temporal_ui=services.settings.temporal_ui_url),
        components=components,
        workflows=workflows,
        pipelines_left_out=[
            PipelineLeftOut(file=skipped.file, problems=list(skipped.problems))
            for skipped in services.pipelines.left_out
        ],
    )


async def _read_workflow_problems(services: Services, request: Request) -> WorkflowProblems | None:
    rows: Sequence[OpenWorkflow] = ()
    try:
        async with services.store.reading(DATABASE_SECONDS) as connection:
            counts = await open_workflows.problem_counts(connection)
        if counts:
            with suppress(NotSignedInError, ForbiddenError):
                seen = (await services.authenticator.identify(request)).visible_projects
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
