"""What an agent receives for a step, read from the database."""

from __future__ import annotations

from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from crew.protocol import Assignment, InputArtifact, StoppedError
from models.contracts.handoff import StepInput
from models.contracts.names import BuiltInArtifact
from models.contracts.roles import Role
from models.contracts.tool_permission import ToolDecision
from store import artifacts, first_attempts, hitl_decisions, inputs, step_conditions
from store.first_attempts import Beginning
from store.transaction import Store


async def begin_first(store: Store, step: StepInput) -> Beginning | None:
    """Return what the first attempt of a step reads. None if it is tried again, continued or repeated, or is a
    standalone handoff, whose task has a record."""
    is_first = step.round == 1 and not step.continued and not step.reopens and activity.info().attempt == 1
    is_standalone = BuiltInArtifact.AGENT_OUTPUT in step.handoff.expected_outputs
    return await first_attempts.begin(store, step) if is_first and not is_standalone else None


async def as_it_begins(store: Store, step: StepInput) -> StepInput:
    """Return the step with what people have given the crew, if it begins now.

    Raises:
        StoppedError: a stop holds it.
    """
    handoff = step.handoff
    async with store.reading() as connection:
        stop, ids = await step_conditions.read(
            connection, step.project_id, handoff.to_agent, step.task_id, handoff.context_ids
        )
    if stop is not None:
        raise StoppedError(stop)
    return with_context(step, ids)


async def with_first_context(store: Store, step: StepInput, context_ids: tuple[UUID, ...] | None) -> StepInput:
    """Return the step with the artifacts that its task began with, if it has begun. Without them, if the database was
    restored from before they were written."""
    if context_ids is None or context_ids == step.handoff.context_ids:
        return step
    async with store.reading() as connection:
        known = await artifacts.ids_of_project(connection, step.project_id, context_ids)
    return with_context(step, context_ids) if known == set(context_ids) else step


def with_context(step: StepInput, context_ids: tuple[UUID, ...]) -> StepInput:
    """Return the step with these artifacts."""
    if context_ids == step.handoff.context_ids:
        return step
    return step.model_copy(update={"handoff": step.handoff.model_copy(update={"context_ids": context_ids})})


async def build_assignment(store: Store, step: StepInput, role: Role, beginning: Beginning | None = None) -> Assignment:
    """Read the brief and the inputs of a step, unless it has read them as it began.

    Raises:
        ApplicationError: the database lacks some of them.
    """
    handoff = step.handoff
    permissions: tuple[ToolDecision, ...] = ()
    if beginning is not None and not role.mcp_tools:
        found = beginning.inputs
    else:
        async with store.reading() as connection:
            found = await inputs.of_step(
                connection, step.project_id, step.crew, handoff.context_ids, origin_id=step.project_id
            )
            if role.mcp_tools:
                permissions = await hitl_decisions.on_tool_calls(connection, step.task_id)
    brief = next((each.content for each in found if each.artifact.origin_id == step.project_id), None)
    missing = set(handoff.context_ids) - {each.artifact.id for each in found}
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
                artifact_id=each.artifact.id,
                type=each.artifact.type,
                name=each.artifact.name,
                version=each.artifact.version,
                media_type=each.artifact.media_type,
                content=each.content,
                by_agent=each.by_agent,
                note=each.note,
                added_by=each.added_by,
            )
            for each in found
            if each.artifact.id in handoff.context_ids
        ),
        expected_outputs=handoff.expected_outputs,
        model=step.model,
        continued=step.continued,
        permissions=permissions,
    )
