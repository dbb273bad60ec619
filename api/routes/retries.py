"""Retry projects that have ended without a delivery."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth.dependencies import CallerDep
from api.deps import ProjectDep, ServicesDep
from api.http.idempotency import IdempotencyKey, keyed_request
from api.http.strict_route import StrictRoute
from api.openapi.documentation import describe_responses
from api.openapi.examples.retries import PROJECT_RETRY, RETRY_CHOICES
from api.recovery import retry
from api.shapes.retries import ProjectRetry, RetryChoices, RetryCreate, RetryPublic, RetryStage
from models.contracts.pipeline import Pipeline

router = APIRouter(prefix="/projects/{project_id}", tags=["projects"], route_class=StrictRoute)


@router.get(
    "/retry",
    summary="Show from which stages a project can be retried",
    responses=describe_responses(RETRY_CHOICES, 404, 409, 422, 503),
)
async def get_retry_choices(project: ProjectDep, services: ServicesDep) -> RetryChoices:
    """For a project that was rejected, failed or cancelled: the stages whose inputs are accepted."""
    pipeline = Pipeline.model_validate(project.pipeline)
    choices = await retry.read_choices(services, project)
    return RetryChoices(
        project_id=project.id,
        default=choices.default,
        stages=[
            RetryStage(stage=name, agent_type=pipeline.stage(name).agent, reopens=list(pipeline.descendants(name)))
            for name in choices.stages
        ],
    )


@router.post(
    "/retry",
    status_code=202,
    summary="Retry a project from one of its stages",
    responses=describe_responses(PROJECT_RETRY, 403, 404, 409, 413, 415, 422, 503, status=202),
)
async def retry_project(
    project: ProjectDep,
    body: RetryCreate,
    services: ServicesDep,
    caller: CallerDep,
    idempotency_key: IdempotencyKey = None,
) -> ProjectRetry:
    """The stage runs again, in a new round, and so does every stage that depends on it or was not accepted. What
    the others have accepted stays. Commits the project as `starting`; if Temporal is unavailable, a worker starts it
    later. The same Idempotency-Key with the same body retries it once."""
    request = keyed_request("retry", idempotency_key, body)
    made = await retry.retry(services, project, body, request, caller)
    return ProjectRetry(project_id=project.id, retry=RetryPublic.of(made))
