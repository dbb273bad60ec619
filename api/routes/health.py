"""Whether the API is alive, how each component is, and whether work can be done."""

from __future__ import annotations

import asyncio

import psycopg
from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from api import examples
from api.components import DATABASE_SECONDS
from api.deps import ServicesDep
from api.documentation import answers, example
from api.services import Services
from api.shapes.health import DetailedHealth, Health, Links, PipelineLeftOut
from api.shapes.workflows import WorkflowProblemItem, WorkflowProblems
from config.version import release
from models.contracts.enums import WorkflowProblemKind
from store import open_workflows

router = APIRouter(prefix="/health", tags=["health"])

NAMED = 20
"""How many workflows that do not go on are named; the list of them has them all."""


@router.get("/", summary="Whether the API is alive", responses=answers(examples.HEALTH))
async def alive() -> Health:
    """Asks nothing of any server."""
    return Health()


@router.get("/detailed", summary="How each component is", responses=answers(examples.DETAILED_HEALTH))
async def detailed_health(services: ServicesDep) -> DetailedHealth:
    """Always 200: the answer is about the components, and the workflows that do not go on."""
    health = await _examine(services)
    if health.workflows is not None and health.workflows.items:
        return health.model_copy(update={"status": "degraded"})
    return health


@router.get(
    "/ready",
    summary="Whether work can be done",
    responses=answers(examples.DETAILED_HEALTH | {"status": "ok"})
    | {503: {"model": DetailedHealth, **example(examples.DETAILED_HEALTH)}},
)
async def ready(services: ServicesDep, response: Response) -> DetailedHealth:
    """503 while the database, Redis or Temporal is away, or no worker polls the task queue. The status is about these
    alone: workflows that do not go on keep no other from its work."""
    health = await _examine(services)
    if health.status != "ok":
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return health


async def _examine(services: Services) -> DetailedHealth:
    components, workflows = await asyncio.gather(services.components.examine(), _workflow_problems(services))
    return DetailedHealth(
        status="ok" if all(one.status == "ok" for one in components.values()) else "degraded",
        version=release(),
        links=Links(temporal_ui=services.settings.temporal_ui_url),
        components=components,
        workflows=workflows,
        pipelines_left_out=[
            PipelineLeftOut(file=one.file, problems=list(one.problems)) for one in services.pipelines.left_out
        ],
    )


async def _workflow_problems(services: Services) -> WorkflowProblems | None:
    try:
        async with services.store.reading(DATABASE_SECONDS) as connection:
            counts = await open_workflows.problem_counts(connection)
            rows = await open_workflows.with_problems(connection, limit=NAMED) if counts else []
    except (SQLAlchemyError, psycopg.Error):
        return None  # the database's own line says why
    return WorkflowProblems(
        missing=counts.get(WorkflowProblemKind.MISSING, 0),
        stuck=counts.get(WorkflowProblemKind.STUCK, 0),
        inconsistent=counts.get(WorkflowProblemKind.INCONSISTENT, 0),
        items=[WorkflowProblemItem.of(row) for row in rows],
    )
