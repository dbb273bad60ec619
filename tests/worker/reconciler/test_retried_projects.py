"""Projects that ended without a delivery are retried, whatever fails in between."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.records import Records
from api.recovery import retry
from crew.protocol import AgentError
from models.contracts.enums import ProjectStatus
from models.contracts.records import RecordStatusInput
from store.transaction import Store
from tests.waiting import eventually
from tests.worker.lost_workflows import V1
from tests.worker.reconciler.lost_projects import DESIGN, VALIDATE, Lost
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, Story, fails_its_verdict, passes_its_verdict, raises
from workflows import from_records
from workflows.client import generation_of


async def _retry(lost: Lost, story: Story, **body: Any) -> Any:
    return await lost.http.post(f"{V1}/projects/{story.id}/retry", json=body)


async def _rejected_at_build(lost: Lost) -> Story:
    story = await lost.begin(PLAN, BUILD | GATE)
    await story.respond(await story.request("build"), "reject", comment="Not this.")
    await story.status("rejected")
    return story


async def test_a_rejected_stage_runs_again_with_the_comments(lost: Lost) -> None:
    story = await _rejected_at_build(lost)
    answer = await _retry(lost, story, comment="With SQLite.", by="Ada")
    assert answer.status_code == 202, answer.text
    request = await story.request("build", round=2)
    assert [(one.stage, one.round, one.accepted) for one in await story.tasks()] == [
        ("plan", 1, True),
        ("build", 1, False),
        ("build", 2, False),
    ]
    assert story.script.assignments["build"][-1].feedback == "Not this.\n\nWith SQLite."
    await story.respond(request, "approve")
    await lost.completed(story)
    assert (await story.project()).generation == 1
    assert story.handle.id not in await lost.look()


async def test_what_depends_on_the_stage_no_longer_counts(lost: Lost) -> None:
    story = await lost.begin(PLAN, DESIGN, BUILD, VALIDATE | GATE, validate=[passes_its_verdict])
    await story.respond(await story.request("validate"), "reject", comment="Start over.")
    await story.status("rejected")
    accepted = {one.type for one in await story.artifacts() if one.accepted_at}
    assert accepted == {"user_input", "project_plan", "system_architecture", "source_code"}
    answer = await _retry(lost, story, from_stage="plan")
    assert answer.status_code == 202, answer.text
    await story.request("validate", round=2)
    rounds = {(one.stage, one.round): one.accepted for one in await story.tasks()}
    assert rounds == {
        ("plan", 1): False,
        ("plan", 2): True,
        ("design", 1): True,
        ("build", 1): False,
        ("build", 2): True,
        ("validate", 1): False,
        ("validate", 2): False,
    }
    code = [one for one in await story.artifacts() if one.type == "source_code"]
    assert [(one.version, one.accepted_at is not None) for one in code] == [(1, False), (2, True)]


async def test_a_stage_has_all_its_rounds_and_reworks_again(lost: Lost) -> None:
    """Its verdict fails in each round: after one rework, a person is asked, before and after the retry."""
    gate = {"gate": {"ask": "never", "max_rounds": 3}}
    story = await lost.begin(PLAN, BUILD, VALIDATE | gate, validate=[fails_its_verdict])
    request = await story.request("validate", round=2)
    assert request.may_redo
    await story.respond(request, "reject", comment="No.")
    await story.status("rejected")
    choices = (await lost.http.get(f"{V1}/projects/{story.id}/retry")).json()
    assert (choices["default"], [one["stage"] for one in choices["stages"]]) == ("build", ["plan", "build", "validate"])
    assert (await _retry(lost, story)).status_code == 202
    request = await story.request("validate", round=4)
    assert request.may_redo
    await story.respond(request, "approve")
    await lost.completed(story)


async def test_a_project_can_be_retried_and_fail_again(lost: Lost) -> None:
    """The log tells each end, also to those who follow it."""
    story = await lost.begin(PLAN | {"attempts": 1}, plan=[raises(AgentError("no", retryable=False))])
    for turn in range(1, 3):
        await story.respond(await story.request("plan", round=turn), "reject", comment="No.")
        await story.status("rejected")
        if turn == 1:
            assert (await _retry(lost, story)).status_code == 202
    told = [event.data["status"] for event in await story.events() if event.event_type == "workflow_event"]
    assert told == ["starting", "active", "rejected", "starting", "active", "rejected"]


async def test_of_many_concurrent_retries_one_succeeds(lost: Lost) -> None:
    story = await _rejected_at_build(lost)
    answers = await asyncio.gather(*(_retry(lost, story) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    await story.respond(await story.request("build", round=2), "approve")
    await lost.completed(story)


@pytest.mark.parametrize("dies_in", ["start_unstarted", "terminate", "read_signals", "start_generation"])
async def test_a_retry_that_is_cut_off_is_completed_by_the_sweeper(
    lost: Lost, monkeypatch: pytest.MonkeyPatch, dies_in: str
) -> None:
    story = await _rejected_at_build(lost)

    async def dies(*given: object) -> None:
        raise ConnectionAbortedError("the process died")

    with monkeypatch.context() as patch:
        patch.setattr(retry if dies_in == "start_unstarted" else from_records, dies_in, dies)
        assert (await _retry(lost, story)).status_code == 500
        assert (await story.project()).status in ("starting", "active", "waiting")
    await story.respond(await story.request("build", round=2), "approve")
    await lost.completed(story)
    assert len(await story.tasks()) == 3


async def test_a_retry_while_temporal_is_unavailable_starts_later(lost: Lost, monkeypatch: pytest.MonkeyPatch) -> None:
    story = await _rejected_at_build(lost)

    async def unavailable(*given: object) -> None:
        raise RPCError("it does not answer", RPCStatusCode.UNAVAILABLE, b"")

    with monkeypatch.context() as patch:
        patch.setattr(from_records, "find_workflow", unavailable)
        assert (await _retry(lost, story)).status_code == 202
        assert (await story.project()).status == "starting"
    await story.respond(await story.request("build", round=2), "approve")
    await lost.completed(story)


async def test_a_run_that_has_not_closed_neither_delays_a_retry_nor_ends_it(lost: Lost, store: Store) -> None:
    """Its records had ended; it then records its end again, as it may after a lost workflow task."""
    story = await lost.begin(PLAN, BUILD | GATE)
    await story.request("build")
    ending = RecordStatusInput(project_id=story.id, status=ProjectStatus.FAILED, key="failed", generation=0)
    await Records(store).record_status(ending)
    run = (await story.handle.describe()).run_id
    assert (await _retry(lost, story)).status_code == 202
    request = await story.request("build", round=2)
    assert (await Records(store).record_status(ending)).status == ProjectStatus.WAITING
    described = await story.handle.describe()
    assert (described.run_id != run, await generation_of(described)) == (True, 1)
    old = await lost.temporal.get_workflow_handle(story.handle.id, run_id=run).describe()
    assert old.status is WorkflowExecutionStatus.TERMINATED
    await story.respond(request, "approve")
    await lost.completed(story)


async def test_a_retried_project_whose_workflow_is_lost_is_restarted_from_its_records(lost: Lost) -> None:
    story = await _rejected_at_build(lost)
    assert (await _retry(lost, story, from_stage="plan", comment="Again.")).status_code == 202
    request = await story.request("build", round=2)
    await lost.restart(story)
    await story.respond(request, "approve")
    await lost.completed(story)
    assert [(one.stage, one.round) for one in await story.tasks()] == [
        ("plan", 1),
        ("build", 1),
        ("plan", 2),
        ("build", 2),
    ]


async def test_an_expired_gate_is_asked_again(lost: Lost) -> None:
    story = await lost.begin(PLAN | {"gate": {"expires_in": "1s"}})
    await story.status("failed")
    assert (await _retry(lost, story)).status_code == 202
    await eventually(lambda: _has(story, 2))


async def _has(story: Story, count: int) -> bool:
    return len(await story.requests()) >= count
