"""Which stages a response may send the work back to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import HitlReason
from models.contracts.handoff import Handoff
from models.contracts.names import ArtifactType
from models.contracts.pipeline import Pipeline
from models.contracts.redo import redo_stages
from models.tables import HitlRequest, Task
from store import artifacts, projects, tasks


@dataclass(frozen=True, slots=True)
class RedoChoices:
    """`default` is where a comment without `redo` sends the work back to; `stages` are those that `redo` may name."""

    default: str
    stages: tuple[str, ...] = ()


async def read_redo_choices(connection: AsyncConnection, request: HitlRequest) -> RedoChoices:
    """Return the stages that a response to a request may send the work back to."""
    if request.standalone_task_id is not None:
        return RedoChoices(request.stage)
    project = await projects.get(connection, request.project_id)
    assert project is not None
    pipeline = Pipeline.model_validate(project.pipeline)
    rework = pipeline.stage(request.stage).rework
    default = rework.to if rework and request.reason == HitlReason.FAILED_VERDICT else request.stage
    inputs: list[ArtifactType] = []
    if HitlReason(request.reason).is_unfinished and (task := await tasks.get(connection, request.task_id)):
        inputs = await _inputs(connection, task)
    return RedoChoices(default, redo_stages(pipeline, request.stage, request.reason, inputs))


async def _inputs(connection: AsyncConnection, task: Task) -> list[ArtifactType]:
    given = Handoff.model_validate(task.handoff).context_ids
    return [artifact.type for artifact in await artifacts.get_many(connection, given, origin_id=task.id)]
