"""Show the recording of a task, from which its step can run again."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ServicesDep, TaskDep
from api.openapi.documentation import describe_responses
from api.openapi.examples.transcripts import RECORDING
from api.shapes.artifacts import encode_content
from models.contracts.handoff import Handoff
from models.contracts.names import REHEARSAL
from models.contracts.pipeline import Pipeline
from models.contracts.recording import RecordedEntry, RecordedInput, Recording
from models.contracts.roles import Role
from store import inputs, projects, transcripts
from store.inputs import Input

router = APIRouter(tags=["tasks"])


@router.get(
    "/tasks/{task_id}/recording",
    summary="Show everything with which a task's step can run again",
    responses=describe_responses(RECORDING, 404, 422, 503),
)
async def get_recording(task: TaskDep, services: ServicesDep) -> Recording:
    """What the agent was given, with the contents, and the stored messages of its conversation with a model, unchanged.
    `botarmy replay` runs the step again from it."""
    handoff = Handoff.model_validate(task.handoff)
    async with services.store.reading() as connection:
        project = await projects.get(connection, task.project_id)
        assert project is not None
        brief = await projects.brief(connection, task.project_id)
        given = await inputs.of_step(connection, task.project_id, project.crew or REHEARSAL, handoff.context_ids)
        entries = await transcripts.of_task(connection, task.id)
    role = Pipeline.model_validate(project.pipeline).role(task.agent_type)
    return Recording(
        task_id=task.id,
        project_name=project.name,
        role=role or Role(name=task.agent_type),
        stage=task.stage,
        round=task.round,
        instructions=handoff.instructions,
        feedback=task.feedback,
        brief=brief,
        expected_outputs=handoff.expected_outputs,
        inputs=tuple(map(_input, given)),
        entries=tuple(
            RecordedEntry(kind=row.kind, fingerprint=row.fingerprint, call_id=row.call_id, body=row.body.decode())
            for row in entries
            if row.discarded is None
        ),
    )


def _input(given: Input) -> RecordedInput:
    content, encoding = encode_content(given.content)
    artifact = given.artifact
    return RecordedInput(
        type=artifact.type,
        name=artifact.name,
        version=artifact.version,
        media_type=artifact.media_type,
        encoding=encoding.value,
        content=content,
        by_agent=given.by_agent,
        note=given.note,
        added_by=given.added_by,
    )
