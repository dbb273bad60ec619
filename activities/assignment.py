"""What an agent receives for a step, read from the database."""

from __future__ import annotations

from temporalio.exceptions import ApplicationError

from artifacts.media_types import FILES
from crew.protocol import Assignment, InputArtifact
from models.contracts.handoff import StepInput
from models.contracts.names import REHEARSAL
from models.contracts.roles import Role
from store import artifacts, events, projects
from store.transaction import Store


async def build_assignment(store: Store, step: StepInput, role: Role) -> Assignment:
    """Read the brief and the inputs of a step.

    Raises:
        ApplicationError: the database lacks some of them.
    """
    handoff = step.handoff
    async with store.reading() as connection:
        found = await artifacts.get_with_contents(connection, handoff.context_ids, origin_id=step.project_id)
        has_code = any(artifact.media_type == FILES for artifact, _ in found)
        # What a task made of a person's code is a person's code, too.
        given = has_code and await artifacts.written_by(connection, projects.source_origin(step.project_id))
        writers = {artifact.task_id for artifact, _ in found if artifact.task_id} if step.crew != REHEARSAL else ()
        notes = await events.notes(connection, step.project_id, writers) if writers else {}
    brief = next((body for artifact, body in found if artifact.origin_id == step.project_id), None)
    missing = set(handoff.context_ids) - {artifact.id for artifact, _ in found}
    if brief is None or missing:
        # The database was restored from before this point. Running without the input would be wrong.
        raise ApplicationError(
            "the database lacks inputs of this step: "
            + ("the brief" if brief is None else ", ".join(sorted(map(str, missing)))),
            type="RecordsMissing",
            non_retryable=True,
        )
    return Assignment(
        project_id=step.project_id,
        project_name=step.project_name,
        task_id=step.task_id,
        role=role,
        stage=handoff.phase,
        round=step.round,
        instructions=handoff.instructions,
        feedback=step.feedback,
        brief=brief.decode(),
        inputs=tuple(
            InputArtifact(
                artifact_id=artifact.id,
                type=artifact.type,
                name=artifact.name,
                version=artifact.version,
                media_type=artifact.media_type,
                content=body,
                # Not the author: a person may respond under any name.
                by_agent=not given and artifact.task_id is not None and artifact.origin_id == artifact.task_id,
                note=notes.get(artifact.origin_id),
            )
            for artifact, body in found
            if artifact.id in handoff.context_ids
        ),
        expected_outputs=handoff.expected_outputs,
        model=step.model,
        continued=step.continued,
    )
