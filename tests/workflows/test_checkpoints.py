"""Gates that ask although the oversight is low: now and then, and where the risk is high."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from models.contracts.enums import EventType, HitlReason, Oversight
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import Script, pipeline

TYPES = ("project_plan", "software_specification", "system_architecture", "source_code", "test_results")


def stages(count: int, **more: Any) -> list[dict[str, Any]]:
    """Stages that run one after the other, each with a gate."""
    return [
        {
            "name": f"stage-{number}",
            "agent": "analyst",
            "consumes": ["user_input", *TYPES[number - 1 : number]] if number else ["user_input"],
            "produces": [TYPES[number]],
            "gate": {},
            **more,
        }
        for number in range(count)
    ]


async def test_after_as_many_gates_without_a_person_the_next_one_asks(begin: Begin) -> None:
    story = await begin(pipeline(*stages(5)), Oversight.LOW, checkpoint_after=2)
    request = await story.request("stage-2")
    assert (request.reason, request.needs_person) == (HitlReason.CHECKPOINT, True)
    assert request.question == ("2 gates passed without a person, so this one asks. Do you approve this result?")
    (asked,) = await story.events(EventType.HITL_REQUEST)
    assert (asked.data["reason"], asked.data["needs_person"]) == ("checkpoint", True)
    await story.respond(request, "approve")
    result = await story.result()  # two more gates pass
    assert result.status == "completed"
    assert len(await story.requests()) == 1


async def test_gates_of_parallel_stages_are_counted_while_their_steps_run(begin: Begin) -> None:
    parallel = [stage | {"consumes": ["user_input"]} for stage in stages(5)]
    story = await begin(pipeline(*parallel), Oversight.LOW, checkpoint_after=2)
    for name in ("stage-2", "stage-3", "stage-4"):
        assert (await story.request(name)).reason == HitlReason.CHECKPOINT
    for request in await story.requests():
        await story.respond(request, "approve")
    assert (await story.result()).status == "completed"
    assert len(await story.requests()) == 3


@pytest.mark.parametrize(("after", "count"), [(0, 5), (5, 5)])
async def test_fewer_gates_do_not_ask_and_zero_is_never(begin: Begin, after: int, count: int) -> None:
    story = await begin(pipeline(*stages(count)), Oversight.LOW, checkpoint_after=after)
    assert (await story.result()).status == "completed"
    assert await story.requests() == []


async def test_only_gates_that_pass_count(begin: Begin) -> None:
    without = [stage | {"gate": None} for stage in stages(3)]
    story = await begin(pipeline(*without), Oversight.LOW, checkpoint_after=1)
    assert (await story.result()).status == "completed"
    assert await story.requests() == []


async def test_an_approval_by_a_deadline_is_none_by_a_person(begin: Begin, engine: WorkflowEnvironment) -> None:
    gate = {"on_expiry": "approve", "expires_in": "90s"}
    first, second = stages(1, gate=gate)[0], stages(2, gate={"ask": "never"})[1]
    story = await begin(pipeline(first, second), checkpoint_after=1)
    await story.request("stage-0")
    await engine.sleep(timedelta(seconds=91))
    assert (await story.request("stage-1")).reason == HitlReason.CHECKPOINT


async def test_an_approval_without_asking_is_none_by_a_person(begin: Begin) -> None:
    story = await begin(pipeline(*stages(4)), checkpoint_after=2)
    for name in ("stage-0", "stage-1"):
        await story.respond(await story.request(name), "approve", without_asking=True)
    request = await story.request("stage-2")
    assert (request.reason, request.needs_person) == (HitlReason.CHECKPOINT, True)
    responded = await story.events(EventType.HITL_RESPONSE)
    assert [event.data.get("without_asking") for event in responded] == [True, True]
    await story.respond(request, "approve", without_asking=True)
    await story.respond(request, "approve")
    assert (await story.request("stage-3")).reason == HitlReason.REVIEW
    assert sorted(one.outcome for one in await story.history(request)) == ["applied", "refused"]


async def test_a_gate_that_a_deadline_may_approve_asks_at_a_checkpoint(
    begin: Begin, engine: WorkflowEnvironment
) -> None:
    gate = {"on_expiry": "approve", "expires_in": "90s"}
    first, second = stages(1, gate=gate)[0], stages(2, gate={"on_expiry": "approve"})[1]
    story = await begin(pipeline(first, second), checkpoint_after=1)
    await story.request("stage-0")
    await engine.sleep(timedelta(seconds=91))
    assert (await story.request("stage-1")).reason == HitlReason.CHECKPOINT


async def test_after_an_approval_by_a_person_the_count_begins_again(begin: Begin) -> None:
    first, second = stages(1)[0], stages(2, gate={"ask": "never"})[1]
    story = await begin(pipeline(first, second), checkpoint_after=1)
    await story.respond(await story.request("stage-0"), "approve")
    assert (await story.result()).status == "completed"


async def test_a_checkpoint_is_not_approved_by_its_deadline(begin: Begin, engine: WorkflowEnvironment) -> None:
    gate = {"on_expiry": "approve", "expires_in": "90s"}
    story = await begin(pipeline(*stages(2, gate=gate)), Oversight.LOW, checkpoint_after=1)
    await story.request("stage-1")
    await engine.sleep(timedelta(minutes=5))
    await story.status("failed")
    assert [one.status for one in await story.requests()] == ["expired"]


@pytest.mark.parametrize("oversight", [Oversight.LOW, Oversight.MEDIUM, None])
@pytest.mark.parametrize("gate", [{}, {"ask": "never"}, {"ask": "on_low_confidence"}, None])
async def test_a_stage_of_high_risk_always_asks(
    begin: Begin, script: Script, oversight: Oversight | None, gate: dict[str, Any] | None
) -> None:
    (stage,) = stages(1, risk="high", gate=gate)
    story = await begin(pipeline(stage), oversight)
    request = await story.request("stage-0")
    assert (request.reason, request.needs_person) == (HitlReason.REVIEW, True)
    await story.respond(request, "approve")
    assert (await story.result()).status == "completed"


async def test_a_stage_of_high_risk_is_not_approved_by_its_deadline(begin: Begin, engine: WorkflowEnvironment) -> None:
    story = await begin(pipeline(*stages(1, risk="high")))
    await story.request("stage-0")
    await engine.sleep(timedelta(hours=25))
    await story.status("failed")
    assert await story.artifacts("project_plan") != []
    assert [one.accepted_at for one in await story.artifacts("project_plan")] == [None]
