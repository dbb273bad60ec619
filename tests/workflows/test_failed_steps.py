"""Agents that fail, return invalid results, or take too long."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from config.settings import Settings
from config.sizes import format_size
from crew.protocol import AgentError, Assignment, Draft, Outcome, Step
from models.contracts.enums import EventType, Oversight
from models.contracts.names import BuiltInArtifact
from tests.waiting import eventually
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import BUILD, PLAN, Script, pipeline, raises, works

BROKEN = AgentError("The model is unavailable.")
TWICE = PLAN | {"attempts": 2}


async def test_a_failing_step_is_retried_without_asking(begin: Begin, script: Script) -> None:
    script.on("plan", raises(BROKEN), works)
    story = await begin(pipeline(TWICE, BUILD), Oversight.LOW)
    await story.result()
    (task,) = await story.tasks("plan")
    assert (task.status, task.failures, task.attempt, task.round) == ("completed", 1, 2, 1)
    assert await story.requests() == []
    assert len(script.assignments["plan"]) == 2
    assert len(await story.events(EventType.TASK_STARTED)) == 2  # one for plan, one for build


@pytest.mark.parametrize("short", [False, True])
async def test_a_step_whose_attempts_are_exhausted_asks_a_human_even_at_low_oversight(
    begin: Begin, script: Script, short: bool
) -> None:
    script.short = short
    script.on("plan", raises(BROKEN))
    story = await begin(pipeline(TWICE), Oversight.LOW)
    request = await story.request("plan")
    assert (request.reason, request.artifacts, request.supplies) == ("failed_step", [], "project_plan")
    assert "The model is unavailable." in request.question
    (task,) = await story.tasks()
    assert (task.status, task.failures, task.error) == ("failed", 2, "The model is unavailable.")
    (told,) = await story.events(EventType.TASK_FAILED)
    assert told.data["error"] == "The model is unavailable."
    assert len(script.assignments["plan"]) == 2
    project = await story.project()
    assert (project.status, project.open_requests) == ("waiting", 1)


async def test_approving_a_failed_step_lets_the_same_task_go_on(begin: Begin, script: Script) -> None:
    script.on("plan", raises(BROKEN), raises(BROKEN), works)
    story = await begin(pipeline(TWICE, BUILD))
    await story.respond(await story.request("plan"), "approve")
    assert (await story.result()).status == "completed"
    assert [(one.round, one.status, one.accepted) for one in await story.tasks("plan")] == [(1, "completed", True)]
    assert [each.continued for each in script.assignments["plan"]] == [0, 0, 1]
    assert len({each.task_id for each in script.assignments["plan"]}) == 1


async def test_a_failed_step_can_be_run_again_with_advice(begin: Begin, script: Script) -> None:
    script.on("plan", raises(BROKEN), raises(BROKEN), works)
    story = await begin(pipeline(TWICE))
    await story.respond(await story.request("plan"), "amend", comment="Use the other model.")
    await story.result()
    assert script.assignments["plan"][2].feedback == "Use the other model."


async def test_a_person_can_supply_the_artifact_of_a_failed_step(begin: Begin, script: Script) -> None:
    script.on("plan", raises(BROKEN))
    story = await begin(pipeline(TWICE, BUILD))
    request = await story.request("plan")
    await story.respond(request, "amend", content_hash=await story.supply("my own plan"), responder="ada")
    await story.result()
    (plan,) = await story.artifacts("project_plan")
    assert (plan.author, plan.version, plan.based_on) == ("ada", 1, None)
    assert script.assignments["build"][0].inputs[1].text == "my own plan"
    (task,) = await story.tasks("plan")
    assert (task.status, task.accepted) == ("failed", True)


async def test_one_content_cannot_replace_several_artifacts(begin: Begin, script: Script) -> None:
    script.on("plan", raises(BROKEN))
    story = await begin(pipeline(TWICE | {"produces": ["project_plan", "source_code"]}))
    request = await story.request("plan")
    assert request.supplies is None
    kept = await story.judged(await story.respond(request, "amend", content_hash=await story.supply("x")))
    assert (kept.outcome, kept.explanation) == (
        "refused",
        "the step produces several artifacts, and one content cannot replace them",
    )


async def test_a_failed_step_can_be_rejected(begin: Begin, script: Script) -> None:
    script.on("plan", raises(BROKEN))
    story = await begin(pipeline(TWICE))
    await story.respond(await story.request("plan"), "reject", comment="Enough.")
    assert (await story.result()).status == "rejected"


async def test_a_failed_step_has_at_most_the_rounds_of_its_gate(begin: Begin, script: Script) -> None:
    script.on("plan", raises(BROKEN))
    story = await begin(pipeline(PLAN | {"attempts": 1, "gate": {"max_rounds": 1}}))
    request = await story.request("plan")
    for action in ("approve", "amend"):
        more = {"comment": "again"}
        assert (await story.judged(await story.respond(request, action, **more))).outcome == "refused"
    await story.respond(request, "amend", content_hash=await story.supply("then I do it"))
    await story.result()


async def test_any_exception_of_an_agent_counts_as_a_failure(begin: Begin, script: Script) -> None:
    script.on("plan", raises(ValueError("no such \x00 thing")))
    story = await begin(pipeline(PLAN | {"attempts": 1}))
    request = await story.request("plan")
    assert "ValueError: no such \ufffd thing" in request.question
    (task,) = await story.tasks()
    assert task.error == "ValueError: no such \ufffd thing"


async def test_a_timeout_inside_an_agent_is_not_the_timeout_of_the_step(begin: Begin, script: Script) -> None:
    script.on("plan", raises(TimeoutError("the model did not answer")))
    story = await begin(pipeline(PLAN | {"attempts": 1}))
    assert "the model did not answer" in (await story.request("plan")).question


def hands_in(*drafts: Draft) -> Any:
    async def turn(assignment: Assignment, step: Step) -> Outcome:
        return Outcome(drafts)

    return turn


PLAN_DRAFT = Draft(BuiltInArtifact.PROJECT_PLAN, b"a plan")


@pytest.mark.parametrize(
    ("drafts", "error"),
    [
        ((), "it must produce project_plan but produced nothing."),
        ((Draft(BuiltInArtifact.SOURCE_CODE, b"code"),), "it must produce project_plan but produced source_code."),
        ((PLAN_DRAFT, PLAN_DRAFT), "it must produce project_plan but produced project_plan, project_plan."),
    ],
)
async def test_an_outcome_without_the_expected_outputs_is_a_failure(
    begin: Begin, script: Script, drafts: tuple[Draft, ...], error: str
) -> None:
    script.on("plan", hands_in(*drafts), works)
    story = await begin(pipeline(TWICE))
    await story.result()
    assert [one.error for one in await story.tasks()] == [error]
    assert len(script.assignments["plan"]) == 2


async def test_an_artifact_over_the_limit_fails_the_step_without_a_retry(
    begin: Begin, script: Script, settings: Settings
) -> None:
    script.on("plan", hands_in(Draft(BuiltInArtifact.PROJECT_PLAN, b"x" * (settings.max_artifact_bytes + 1))))
    story = await begin(pipeline(PLAN | {"attempts": 100}))
    request = await story.request("plan")
    assert f"is larger than {format_size(settings.max_artifact_bytes)}" in request.question
    assert len(script.assignments["plan"]) == 1


async def test_an_artifact_may_exceed_the_payload_limit_of_temporal(begin: Begin, script: Script) -> None:
    script.on("plan", hands_in(Draft(BuiltInArtifact.PROJECT_PLAN, b"x" * 5 * 2**20)))
    story = await begin(pipeline(PLAN, BUILD))
    await story.result()
    assert len(script.assignments["build"][0].inputs[1].content) == 5 * 2**20


async def test_an_agent_that_takes_too_long_is_stopped(begin: Begin, script: Script) -> None:
    stopped = asyncio.Event()

    async def dawdles(assignment: Assignment, step: Step) -> Outcome:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        raise AssertionError

    script.on("plan", dawdles)
    story = await begin(pipeline(PLAN | {"attempts": 1, "timeout": "0.05s"}))
    request = await story.request("plan")
    assert "it took longer than 0:00:00.05" in request.question
    assert stopped.is_set()


async def test_an_attempt_receives_the_checkpoint_of_the_previous_one(begin: Begin, script: Script) -> None:
    found = []

    async def saves(assignment: Assignment, step: Step) -> Outcome:
        found.append(step.checkpoint)
        await step.save({"page": 3})
        await step.progress("reading \x00 page 3", 0.5)
        raise BROKEN

    async def resumes(assignment: Assignment, step: Step) -> Outcome:
        found.append(step.checkpoint)
        return await works(assignment, step)

    script.on("plan", saves, resumes)
    story = await begin(pipeline(TWICE))
    await story.result()
    assert found == [None, {"page": 3}]


async def test_operators_see_what_a_step_is_doing(begin: Begin, script: Script) -> None:
    seen = asyncio.Event()

    async def reports(assignment: Assignment, step: Step) -> Outcome:
        await step.progress("turn 3: run_tests", turn=3, cost_usd=0.25)
        await seen.wait()
        return await works(assignment, step)

    script.on("plan", reports)
    story = await begin(pipeline(PLAN))

    async def details() -> list[dict[str, Any]] | None:
        running = (await story.handle.describe()).raw_description.pending_activities
        payloads = [payload for one in running for payload in one.heartbeat_details.payloads]
        return await story.client.data_converter.decode(payloads) or None

    assert await eventually(details) == [{"message": "turn 3: run_tests", "turn": 3, "cost_usd": 0.25}]
    seen.set()
    await story.result()


async def test_a_checkpoint_that_cannot_be_stored_fails_the_step_instead_of_looping(
    begin: Begin, script: Script
) -> None:
    async def saves(assignment: Assignment, step: Step) -> Outcome:
        await step.save({"text": "a\x00b"})
        raise AssertionError

    script.on("plan", saves)
    story = await begin(pipeline(TWICE))
    assert "NUL" in (await story.request("plan")).question


async def test_a_checkpoint_over_the_limit_fails_the_step_without_a_retry(begin: Begin, script: Script) -> None:
    async def saves(assignment: Assignment, step: Step) -> Outcome:
        await step.save({"all": "x" * 70_000})
        raise AssertionError

    script.on("plan", saves)
    story = await begin(pipeline(PLAN | {"attempts": 100}))
    assert "its checkpoint is larger than 64 KiB" in (await story.request("plan")).question
    assert len(script.assignments["plan"]) == 1
