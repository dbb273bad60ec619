"""A new version of the worker is deployed while projects are open: all of them complete."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from tests.faults.deliveries import Caller, Delivery, brief
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.faults.supervised_process import SupervisedProcess
from tests.faults.worker_builds import build, previous
from tests.histories import committed, replay
from tests.proving import Proof
from tests.waiting import eventually

HARMLESS = ("activities/gate_question.py", "Reject to stop.", "Reject to end it.")
"""A change outside the workflows, like most; used as the previous version if git does not have that."""

BREAKING = ("workflows/handoff.py", "state.round += 1", "state.round += 1\n        await workflow.sleep(0.01)")
"""A change of a workflow's commands without `workflow.patched`, by mistake."""


async def _replace(stack: FaultStack, worker: SupervisedProcess, **environment: str) -> None:
    """Replace a worker as a deployment does."""
    await asyncio.gather(stack.remove(worker), stack.add_worker(**environment))


async def _open(caller: Caller, proof: Proof, number: int) -> list[Delivery]:
    """Start projects and leave them at different points: between steps, in a step, at their gate, after it."""
    long = 2 if proof.is_full else 0.5
    approved = [False, *(proof.random.random() < 0.3 for _ in range(number - 1))]
    deliveries = [Delivery(caller, brief(long if past else proof.random.choice([0, 0.5, long]))) for past in approved]
    await asyncio.gather(*(delivery.start() for delivery in deliveries))
    await asyncio.gather(*(delivery.approve() for delivery, past in zip(deliveries, approved, strict=True) if past))
    return deliveries


async def _history(stack: FaultStack, delivery: Delivery) -> WorkflowHistory:
    return await stack.temporal_client.get_workflow_handle(f"project-{delivery.id}").fetch_history()


@pytest.mark.item(10)
async def test_open_projects_complete_on_a_newly_deployed_version(
    stack: FaultStack, caller: Caller, proof: Proof, tmp_path: Path
) -> None:
    version, environment = previous(tmp_path / "previous") or (
        "this version with one changed sentence",
        build(tmp_path / "previous", *HARMLESS),
    )
    await asyncio.gather(*(_replace(stack, worker, **environment) for worker in stack.workers))
    deliveries = await _open(caller, proof, proof.times(full=50, short=6))
    before = await asyncio.gather(*(_history(stack, delivery) for delivery in deliveries))
    ended = await stack.rows(
        "SELECT FROM project WHERE ended_at IS NOT NULL AND id::text = ANY(%s)",
        [delivery.id for delivery in deliveries],
    )
    for worker in list(stack.workers):  # one after the other, while the projects run
        await _replace(stack, worker)
    for api in stack.apis:
        await api.end(signal.SIGTERM)
    waiting = [delivery for delivery in deliveries if not delivery.acknowledged]
    await asyncio.gather(*(each.approve() for each in waiting))
    for delivery in deliveries:
        await delivery.wait_until_ended()
    builds = Counter(
        len({event.workflow_task_completed_event_attributes.worker_version.build_id for event in history.events} - {""})
        for history in [await _history(stack, delivery) for delivery in deliveries]
    )
    (tmp_path / "histories").mkdir()
    for history in before:
        (tmp_path / "histories" / f"{history.workflow_id}.json").write_text(history.to_json())
    earlier = committed() if proof.is_full else ()  # in the short form another test replays them
    replayed = await replay([*(tmp_path / "histories").iterdir(), *earlier])
    proof.row(
        f"deploy this version while {len(deliveries)} projects of the previous one ({version}) are open: each worker, "
        "then the APIs",
        1,
        "all complete; histories of the previous version replay",
        f"{await audit(stack, deliveries, compare_content=False)}; {builds[2]} projects ran on both versions; "
        f"{replayed} histories replay",
    )
    assert not ended or not proof.is_full, "a project was not open any more"
    assert builds[2] >= (len(waiting) if proof.is_full else 1)
    assert waiting


@pytest.mark.item(10)
async def test_projects_that_a_broken_version_cannot_continue_wait_for_a_working_one(
    stack: FaultStack, caller: Caller, proof: Proof, tmp_path: Path
) -> None:
    proof.full_form_only()
    deliveries = [Delivery(caller, brief(0.2)) for _ in range(10)]
    await asyncio.gather(*(delivery.start() for delivery in deliveries))
    requests = [await delivery.request() for delivery in deliveries]
    broken = build(tmp_path / "broken", *BREAKING)
    await asyncio.gather(*(_replace(stack, worker, **broken) for worker in stack.workers))
    await asyncio.gather(*(delivery.decide(request) for delivery, request in zip(deliveries, requests, strict=True)))

    async def all_are_stuck() -> bool:
        handles = [stack.temporal_client.get_workflow_handle(f"project-{delivery.id}") for delivery in deliveries]
        tasks = [(await handle.describe()).raw_description.pending_workflow_task for handle in handles]
        return all(task.attempt > 1 for task in tasks)

    await eventually(all_are_stuck)
    await asyncio.gather(*(_replace(stack, worker) for worker in stack.workers))
    for delivery in deliveries:
        await delivery.wait_until_ended()
    proof.row(
        f"deploy a version that cannot replay {len(deliveries)} open projects, and roll it back",
        1,
        "they visibly stop, and complete after the rollback",
        f"all stopped; {await audit(stack, deliveries)}",
    )
