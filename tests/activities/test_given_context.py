"""Context from a person: a step receives it if it begins later, and keeps what it began with."""

from __future__ import annotations

from uuid import UUID

import pytest
from temporalio.exceptions import ApplicationError
from uuid_utils.compat import uuid7

from crew.protocol import AgentError, Assignment, Outcome, Step
from models.contracts.handoff import Handoff
from models.contracts.pipeline import NO_GATE
from store import artifacts, events, given_context, hitl, tasks
from store.transaction import Store
from tests.activities.first_step import Run, a_step
from tests.workflows.crew_under_test import Script, raises, works


async def give(store: Store, project_id: UUID, name: str = "rules", text: str = "No cookies.") -> UUID:
    """Upload a text and give it to the crew."""
    async with store.transaction(project_id) as tx:
        version = artifacts.NewVersion(
            type="user_input",
            body=text.encode(),
            media_type="text/markdown",
            author="human",
            origin_id=uuid7(),
            name=name,
        )
        (ref,) = await artifacts.add(tx, [version])
        artifact = await artifacts.get(tx.connection, ref.artifact_id)
        assert artifact is not None
        assert await given_context.add(tx, uuid7(), artifact, "Ada", ["plan"], replaces=False)
    return ref.artifact_id


async def inputs_of(store: Store, task_id: UUID) -> tuple[UUID, ...]:
    async with store.reading() as connection:
        task = await tasks.get(connection, task_id)
    assert task is not None
    return Handoff.model_validate(task.handoff).context_ids


@pytest.mark.parametrize("short", [False, True])
async def test_a_step_that_begins_later_receives_it_and_says_so(
    store: Store, script: Script, run: Run, short: bool
) -> None:
    step = await a_step(store, short=short, gate=NO_GATE)
    given = await give(store, step.project_id)
    await run(step)
    (assignment,) = script.assignments["plan"]
    assert [(one.name, one.added_by) for one in assignment.inputs] == [("brief", None), ("rules", "Ada")]
    assert assignment.input("user_input") == assignment.inputs[0]
    assert await inputs_of(store, step.task_id) == (*step.handoff.context_ids, given)


async def test_a_later_attempt_keeps_what_the_first_began_with_and_a_later_round_has_more(
    store: Store, script: Script, run: Run
) -> None:
    script.on("plan", raises(AgentError("not yet")), works)
    step = await a_step(store, attempts=3, gate=NO_GATE)
    with pytest.raises(ApplicationError):
        await run(step)
    given = await give(store, step.project_id)
    await run(step)
    first, second = script.assignments["plan"]
    assert first.inputs == second.inputs
    assert await inputs_of(store, step.task_id) == step.handoff.context_ids
    again = step.model_copy(update={"task_id": uuid7(), "request_id": uuid7(), "round": 2})
    await run(again)
    assert await inputs_of(store, again.task_id) == (*step.handoff.context_ids, given)


async def test_of_several_versions_the_newest_is_given(store: Store, script: Script, run: Run) -> None:
    step = await a_step(store, gate=NO_GATE)
    await give(store, step.project_id)
    newest = await give(store, step.project_id, text="One cookie.")
    other = await give(store, step.project_id, name="style")
    await run(step)
    assert await inputs_of(store, step.task_id) == (*step.handoff.context_ids, newest, other)


async def test_what_was_replaced_while_the_step_ran_is_part_of_what_its_request_asks(
    store: Store, script: Script, run: Run
) -> None:
    """The replacement finds no request, since the step opens it later: so the request looks for it when it opens."""
    step = await a_step(store)
    first = await give(store, step.project_id)
    later: list[UUID] = []

    async def works_meanwhile(assignment: Assignment, running: Step) -> Outcome:
        later.append(await give(store, step.project_id, text="Cookies, after all."))
        return await works(assignment, running)

    script.on("plan", works_meanwhile)
    await run(step)
    async with store.reading() as connection:
        request = await hitl.get(connection, step.request_id)
        log = await events.since(connection, step.project_id, 0)
    assert request is not None
    (replaced,) = request.replaced or []
    assert (replaced["artifact_id"], replaced["replaced_by"], replaced["by"]) == (str(first), str(later[0]), "Ada")
    opened, again = (each.data for each in log if each.event_type == "hitl_request")
    assert again["supersedes"] == opened["subject_hash"] == replaced["subject_hash"]
    assert again["subject_hash"] == request.subject_hash != opened["subject_hash"]
