"""Whether the API is alive, how each component is, and whether work can be done."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api import examples
from api.deps import ServicesDep
from api.documentation import answers, example
from api.services import Services
from api.shapes.health import DetailedHealth, Health, Links
from models.release import release

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/", summary="Whether the API is alive", responses=answers(examples.HEALTH))
async def alive() -> Health:
    """Asks nothing of any server."""
    return Health()


@router.get("/detailed", summary="How each component is", responses=answers(examples.DETAILED_HEALTH))
async def detailed_health(services: ServicesDep) -> DetailedHealth:
    """Always 200: the answer is about the components."""
    return await _examine(services)


@router.get(
    "/ready",
    summary="Whether work can be done",
    responses=answers(examples.DETAILED_HEALTH | {"status": "ok"})
    | {503: {"model": DetailedHealth, **example(examples.DETAILED_HEALTH)}},
)
async def ready(services: ServicesDep, response: Response) -> DetailedHealth:
    """503 while the database, Redis or Temporal is away, or no worker polls the task queue."""
    health = await _examine(services)
    if health.status != "ok":
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return health


async def _examine(services: Services) -> DetailedHealth:
    components = await services.components.examine()
    return DetailedHealth(
        status="ok" if all(one.status == "ok" for one in components.values()) else "degraded",
        version=release(),
        links=Links(temporal_ui=services.settings.temporal_ui_url),
        components=components,
    )
