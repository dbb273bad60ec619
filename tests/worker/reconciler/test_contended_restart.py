"""A restart that races with another start, a response or the end of its process."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from api.recovery import restart as recovery
from models.contracts.enums import EventType
from tests.api_client import response_to
from tests.waiting import eventually
from tests.worker.lost_workflows import V1, lose, post
from tests.worker.reconciler.lost_projects import CREWS, Lost, raise_generation, restore_before_decision
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, later_deadline
from worker.worker import build_worker
from worker.workflow_sandbox import StrictRunner
from workflows.client import generation_of, project_handle, start_project

pytestmark = pytest.mark.long


async def test_of_many_concurrent_restarts_one_succeeds(lost: Lost) -> None:
    """A response sent meanwhile is either acknowledged and applied, or rejected."""
    story = await lost.begin(PLAN | GATE, BUILD)
    request = await story.request("plan")
    await lose(lost.temporal, story.handle.id)
    body = await response_to(lost.http, request.id)
    restarts = asyncio.gather(*(post(lost.http, f"/projects/{story.id}/restart") for _ in range(4)))
    response = await lost.http.post(f"{V1}/hitl/{request.id}/respond", json=body)
    assert sorted(await restarts) == [202, 409, 409, 409]
    assert (await story.project()).generation == 1
    if response.status_code == 409:
        await story.respond(request, "approve")
    await lost.completed(story)
    assert len(await story.tasks()) == 2


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_late_start_after_a_loss_of_data_has_no_effect(lost: Lost, restarted: bool) -> None:
    """It was on its way when Temporal lost its data. Its run finds that another one has opened the project or was
    restarted."""
    story = await lost.begin(PLAN | GATE)
    await story.request("plan")
    await lose(lost.temporal, story.handle.id)
    if restarted:
        await raise_generation(lost.store, story.id)
    await start_project(lost.temporal, lost.settings.task_queue, story.given)
    with pytest.raises(Exception, match="Workflow execution failed"):
        await project_handle(lost.temporal, story.id).result()
    await lost.reported(story, "missing", detail="another run")
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await story.respond((await story.requests())[0], "approve")
    await lost.completed(story)


@pytest.mark.parametrize("dies_in", ["terminate", "read_signals", "_start", "_clear_problem"])
async def test_a_restart_that_is_cut_off_is_made_again(
    lost: Lost, monkeypatch: pytest.MonkeyPatch, dies_in: str
) -> None:
    """Wherever the process dies, the workflow is either reported or runs, and nothing is lost or done twice."""
    story = await lost.begin(PLAN | GATE, BUILD | GATE)
    decided = await story.respond(await story.request("plan"), "approve")
    await story.request("build")
    await story.view("accepted")
    await restore_before_decision(lost.store, story.id, decided.request_id)  # so that there is a run to terminate
    await lost.reported(story)

    async def dies(*given: object) -> None:
        raise ConnectionAbortedError("the process died")

    with monkeypatch.context() as patch:
        patch.setattr(recovery, dies_in, dies)
        assert await post(lost.http, f"/projects/{story.id}/restart") == 500

    async def is_reported_unless_it_runs() -> bool:
        return (story.handle.id in await lost.look()) == (dies_in != "_clear_problem")

    await eventually(is_reported_unless_it_runs)
    assert await post(lost.http, f"/projects/{story.id}/restart") == (409 if dies_in == "_clear_problem" else 202)
    assert (await story.judged(decided)).outcome == "applied"
    await story.respond(await story.request("build"), "approve")
    await lost.completed(story)
    assert story.handle.id not in await lost.look()
    assert [(one.stage, one.round) for one in await story.tasks()] == [("plan", 1), ("build", 1)]


async def test_responses_sent_to_a_stuck_workflow_are_judged_after_its_restart(lost: Lost) -> None:
    """Two responses were acknowledged while it was stuck. Its run is terminated, and the first response wins."""
    story = await lost.begin(PLAN | GATE, BUILD)
    request = await story.request("plan")
    run = (await story.handle.describe()).run_id
    async with story.undecided():  # nothing can be recorded, as if the workflow were stuck
        first = await story.respond(request, "approve")
        second = await story.respond(request, "reject", comment="No.")
        await story.handle.terminate("stuck")
    # As after a restart that was interrupted when it had terminated the run.
    await raise_generation(lost.store, story.id)
    await lost.reported(story, "missing")
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    await lost.completed(story)
    assert [(await story.judged(one)).outcome for one in (first, second)] == ["applied", "superseded"]
    described = await story.handle.describe()
    assert (described.run_id != run, await generation_of(described)) == (True, 2)


async def test_an_extension_that_no_worker_has_read_counts_after_a_restart(lost: Lost) -> None:
    own = lost.settings.model_copy(update={"task_queue": uuid4().hex})
    async with build_worker(lost.temporal, lost.store, CREWS, own, StrictRunner()):
        story = await lost.begin(PLAN | GATE, BUILD, queue=own.task_queue)
        request = await story.request("plan")
    extension = later_deadline(request, timedelta(hours=4))
    await story.handle.signal("extend", extension)
    await story.handle.terminate("stuck")
    await raise_generation(lost.store, story.id)  # as after a restart that was interrupted here
    await lost.reported(story, "missing")
    assert await post(lost.http, f"/projects/{story.id}/restart") == 202
    assert (await story.request("plan")).expires_at == extension.expires_at
    await story.respond(request, "approve")
    await lost.completed(story)
    (told,) = await story.events(EventType.HITL_EXTENDED)
    assert told.data["extension_id"] == str(extension.extension_id)
