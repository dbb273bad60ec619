"""List and show the pipelines that can be run."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth.dependencies import CallerDep
from api.deps import ServicesDep
from api.errors import NotFoundError
from api.openapi.documentation import describe_responses
from api.openapi.examples import page_of
from api.openapi.examples.pipelines import ESTIMATE, PIPELINE, PIPELINE_ITEM
from api.shapes.catalogue import PipelineEstimate, PipelineItem
from api.shapes.shape import Page
from models.contracts.contract import storable
from models.contracts.pipeline import Pipeline
from models.contracts.roles import ModelName
from store import estimates

router = APIRouter(prefix="/pipelines", tags=["catalogue"])


@router.get("/", summary="List the pipelines", responses=describe_responses(page_of(PIPELINE_ITEM)))
async def list_pipelines(services: ServicesDep) -> Page[PipelineItem]:
    return Page(
        items=[
            PipelineItem(
                name=pipeline.name,
                description=pipeline.description,
                stages=[stage.name for stage in pipeline.stages],
                gates=[stage.name for stage in pipeline.stages if stage.gate],
            )
            for _, pipeline in sorted(services.pipelines.items())
        ]
    )


@router.get("/{name}", summary="Show a pipeline", responses=describe_responses(PIPELINE, 404, 422))
async def get_pipeline(name: str, services: ServicesDep) -> Pipeline:
    pipeline = services.pipelines.get(name)
    if pipeline is None:
        raise NotFoundError.of("pipeline", storable(name)[:100])
    return pipeline


@router.get(
    "/{name}/estimate",
    summary="Show what earlier projects of a pipeline have used",
    responses=describe_responses(ESTIMATE, 404, 422, 503),
)
async def get_estimate(
    name: str,
    services: ServicesDep,
    caller: CallerDep,
    model: Annotated[
        ModelName | None, Query(description="The model that a project is to ask, as in its start.")
    ] = None,
) -> PipelineEstimate:
    """Of those with the same model (`BOTARMY_MODEL` by default) if there are three, else of all."""
    if name not in services.pipelines:
        raise NotFoundError.of("pipeline", storable(name)[:100])
    async with services.store.reading() as connection:
        found, of_model = await estimates.of_pipeline(
            connection, name, model or services.settings.model, caller.visible_projects
        )
    return PipelineEstimate.of(name, found, of_model)
