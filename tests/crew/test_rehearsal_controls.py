"""Controls of a rehearsal in a brief's front matter."""

import asyncio
import time

import pytest

from artifacts.media_types import FILES
from crew.protocol import AgentError, Outcome
from crew.reading.front_matter import without_front_matter
from crew.rehearsal import Controls, RehearsalCrew, rehearsal_controls
from models.contracts.enums import Verdict
from models.contracts.names import BuiltInRole
from models.contracts.roles import BUILT_IN_ROLES
from tests.crew.rehearsal_under_test import EXAMPLE, RecordingStep, T, artifact, assignment, run


def with_controls(block: str) -> str:
    return f"---\nauthor: someone\nrehearsal:\n{block}\n---\n{EXAMPLE}"


def test_a_brief_without_front_matter_has_the_default_controls() -> None:
    assert rehearsal_controls(EXAMPLE) == Controls()
    assert rehearsal_controls("---\nauthor: someone\n---\n# Title") == Controls()


def test_all_controls_are_read() -> None:
    controls = rehearsal_controls(
        with_controls("  step_seconds: 2\n  fail_step: build\n  fail_tests_rounds: 1\n  confidence: {plan: 0.4}")
    )
    assert controls.step_seconds == 2
    assert controls.fail_step is not None
    assert (controls.fail_step.stage, controls.fail_step.times, controls.fail_step.retryable) == ("build", 1, True)
    assert controls.fail_tests_rounds == 1
    assert controls.confidence_at("plan") == 0.4
    assert controls.confidence_at("build") is None


@pytest.mark.parametrize(
    ("block", "field"),
    [
        ("  step_seconds: soon", "rehearsal.step_seconds"),
        ("  step_seconds: .nan", "rehearsal.step_seconds"),
        ("  fail_step: {stage: build, times: 0}", "rehearsal.fail_step.times"),
        ("  fail_tests_rounds: -1", "rehearsal.fail_tests_rounds"),
        ("  confidence: 7", "rehearsal.confidence"),
        ("  fail_stage: build", "rehearsal.fail_stage"),
        ("  - a list", "rehearsal"),
        ("  step_seconds: [", "YAML"),
    ],
)
async def test_an_invalid_block_names_the_field(block: str, field: str) -> None:
    brief = with_controls(block)
    with pytest.raises(AgentError, match=field) as caught:
        rehearsal_controls(brief)
    assert not caught.value.retryable
    with pytest.raises(AgentError, match=field):
        await run(assignment(BuiltInRole.ANALYST, "plan", T.PROJECT_PLAN, brief=brief))


def test_front_matter_is_not_part_of_the_brief() -> None:
    assert without_front_matter(with_controls("  step_seconds: 0")) == EXAMPLE
    rule = "---\nJust a rule, and a text below it\n---\nmore"
    assert without_front_matter(rule) == rule


async def test_a_retryable_failure_happens_in_the_first_attempts() -> None:
    brief = with_controls("  fail_step: {stage: plan, times: 2}")
    step = RecordingStep()
    task = assignment(BuiltInRole.ANALYST, "plan", T.PROJECT_PLAN, brief=brief)
    for failures in (1, 2):
        with pytest.raises(AgentError) as caught:
            await run(task, step)
        assert caught.value.retryable
        assert step.checkpoint == {"failures": failures}
    await run(task, step)
    await run(assignment(BuiltInRole.ANALYST, "discovery", T.PROJECT_PLAN, brief=brief))


async def test_a_final_failure_happens_in_the_first_rounds() -> None:
    brief = with_controls("  fail_step: {stage: plan, retryable: false}")
    with pytest.raises(AgentError) as caught:
        await run(assignment(BuiltInRole.ANALYST, "plan", T.PROJECT_PLAN, brief=brief))
    assert not caught.value.retryable
    await run(assignment(BuiltInRole.ANALYST, "plan", T.PROJECT_PLAN, brief=brief, round=2))


async def test_generated_tests_really_fail_in_the_rounds_that_the_brief_names() -> None:
    brief = with_controls("  fail_tests_rounds: 1")

    async def validate(round: int) -> Outcome:
        built = await run(assignment(BuiltInRole.CODER, "build", T.SOURCE_CODE, brief=brief, round=round))
        inputs = (artifact(T.SOURCE_CODE, built.drafts[0].content, FILES),)
        return await run(assignment(BuiltInRole.TESTER, "validate", T.TEST_RESULTS, brief=brief, inputs=inputs))

    failed = await validate(1)
    assert failed.verdict is Verdict.FAILED
    assert "AssertionError: Lists differ" in failed.drafts[0].content.decode()
    assert "14 tests ran, 1 failed" in failed.drafts[0].content.decode()
    assert (await validate(2)).verdict is Verdict.PASSED


async def test_the_brief_sets_the_confidence() -> None:
    brief = with_controls("  confidence: 0.4")
    outcome = await run(assignment(BuiltInRole.ANALYST, "plan", T.PROJECT_PLAN, brief=brief))
    assert outcome.confidence == 0.4


async def test_a_slow_step_reports_its_progress() -> None:
    step = RecordingStep()
    brief = with_controls("  step_seconds: 0.05")
    started = time.monotonic()
    await run(assignment(BuiltInRole.ANALYST, "plan", T.PROJECT_PLAN, brief=brief), step)
    assert time.monotonic() - started >= 0.05
    assert len(step.messages) == len({message for message, _ in step.messages}) == 4
    assert [fraction for _, fraction in step.messages] == [0, 0.25, 0.5, 0.75]


async def test_a_slow_step_is_cancelled_at_once() -> None:
    agent = RehearsalCrew(step_seconds=600).agent(BUILT_IN_ROLES[BuiltInRole.CODER])
    running = asyncio.create_task(agent.run(assignment(BuiltInRole.CODER, "build", T.SOURCE_CODE), RecordingStep()))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 1)


async def test_a_document_step_takes_under_two_milliseconds() -> None:
    """A step takes 0.3 ms; only a much slower one would distort the benchmarks."""
    task = assignment(BuiltInRole.ANALYST, "plan", T.SOFTWARE_SPECIFICATION)
    await run(task)
    batches = []
    for _ in range(5):
        started = time.process_time()
        for _ in range(10):
            await run(task)
        batches.append((time.process_time() - started) / 10)
    assert min(batches) < 0.002  # the others may include garbage collection
