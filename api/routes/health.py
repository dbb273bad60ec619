"""Liveness, the health of each component, and readiness."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response

from api.deps import ServicesDep
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

router = APIRouter(prefix="/health", tags=["health"])

MAX_LISTED = 20
"""How many workflows with problems are listed; GET /workflows/problems has them all."""


@router.get("/", summary="Check that the API is alive", responses=describe_responses(HEALTH))
async def alive() -> Health:
    """Contacts no server."""
    return Health()


@router.get("/detailed", summary="Show the health of each component", responses=describe_responses(DETAILED_HEALTH))
async def detailed_health(services: ServicesDep) -> DetailedHealth:
    """Always 200: the body reports on the components, and on workflows that cannot continue."""
    health = await _check_health(services)
    if health.workflows is not None and health.workflows.items:
        return health.model_copy(update={"status": "degraded"})
    return health


@router.get(
    "/ready",
    summary="Check that the API is ready to work",
    responses=describe_responses(DETAILED_HEALTH | {"status": "ok"})
    | {503: {"model": DetailedHealth, **example_response(DETAILED_HEALTH)}},
)
async def ready(services: ServicesDep, response: Response) -> DetailedHealth:
    """503 while the database, Redis or Temporal is unavailable, or no worker polls the task queue. Workflows that
    cannot continue do not matter here: the others still run."""
    health = await _check_health(services)
    if health.status != "ok":
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return health


async def _check_health(services: Services) -> DetailedHealth:
    components, workflows = await asyncio.gather(services.health_checks.run(), _read_workflow_problems(services))
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


async def _read_workflow_problems(services: Services) -> WorkflowProblems | None:
    try:
        async with services.store.reading(DATABASE_SECONDS) as connection:
            counts = await open_workflows.problem_counts(connection)
            rows = await open_workflows.with_problems(connection, limit=MAX_LISTED) if counts else []
    except DATABASE_ERRORS:
        return None  # the database component has the reason
    return WorkflowProblems(
        missing=counts.get(WorkflowProblemKind.MISSING, 0),
        stuck=counts.get(WorkflowProblemKind.STUCK, 0),
        inconsistent=counts.get(WorkflowProblemKind.INCONSISTENT, 0),
        items=[WorkflowProblemItem.of(row) for row in rows],
    )
