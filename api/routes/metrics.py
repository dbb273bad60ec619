"""`/metrics` for Prometheus. It is not part of the API that clients use, so OpenAPI does not list it."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.deps import ServicesDep

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(services: ServicesDep) -> Response:
    """Show the metrics of this process. Everyone who may call the API may read them; they name no project."""
    return Response(await services.metrics.render(), media_type=CONTENT_TYPE_LATEST)
