"""A new version of the worker is deployed over open projects: all of them finish."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from tests.faults.books import audit
from tests.faults.builds import build, previous
from tests.faults.deliveries import Caller, Delivery, brief
from tests.faults.house import House
from tests.faults.supervised import Supervised
from tests.histories import committed, replay
from tests.proving import Proof
from tests.waiting import eventually

HARMLESS = ("activities/agent_step.py", "Reject to stop.", "Reject to end it.")
"""A change outside the workflows, as most are; it stands for the previous version where git does not know that."""

BREAKING = ("workflows/handoff.py", "state.round += 1", "state.round += 1\n        await workflow.sleep(0.01)")
"""A change of what a workflow does, without `workflow.patched`: a mistake."""


async def _replace(house: House, worker: Supervised, **environment: str) -> None:
    """Let a worker end as a deployment does, and another one begin."""
    await asyncio.gather(house.remove(worker), house.add_worker(**environment))


async def _open(caller: Caller, proof: Proof, number: int) -> list[Delivery]:
    """Projects that are anywhere before their end: between steps, in one, at their gate, past it."""
    long = 2 if proof.whole else 0.5
    decided = [False, *(proof.random.random() < 0.3 for _ in range(number - 1))]
    deliveries = [Delivery(caller, brief(long if past else proof.random.choice([0, 0.5, long]))) for past in decided]
    await asyncio.gather(*(delivery.begin() for delivery in deliveries))
    await asyncio.gather(*(one.approve() for one, past in zip(deliveries, decided, strict=True) if past))
    return deliveries


async def _history(house: House, delivery: Delivery) -> WorkflowHistory:
    return await house.engine.get_workflow_handle(f"project-{delivery.id}").fetch_history()


@pytest.mark.item(10)
async def test_open_projects_finish_on_the_version_that_is_deployed_over_them(
    house: House, caller: Caller, proof: Proof, tmp_path: Path
) -> None:
    version, environment = previous(tmp_path / "previous") or (
        "this one with another sentence",
        build(tmp_path / "previous", *HARMLESS),
    )
    await asyncio.gather(*(_replace(house, worker, **environment) for worker in house.workers))
    deliveries = await _open(caller, proof, proof.times(full=50, short=6))
    before = await asyncio.gather(*(_history(house, delivery) for delivery in deliveries))
    ended = await house.rows(
        "SELECT FROM project WHERE ended_at IS NOT NULL AND id::text = ANY(%s)",
        [delivery.id for delivery in deliveries],
    )
    for worker in list(house.workers):  # one after the other, while the projects go on
        await _replace(house, worker)
    for api in house.apis:
        await api.end(signal.SIGTERM)
    waiting = [delivery for delivery in deliveries if not delivery.acknowledged]
    await asyncio.gather(*(each.approve() for each in waiting))
    for delivery in deliveries:
        await delivery.ended()
    builds = Counter(
        len({event.workflow_task_completed_event_attributes.worker_version.build_id for event in history.events} - {""})
        for history in [await _history(house, delivery) for delivery in deliveries]
    )
    (tmp_path / "histories").mkdir()
    for history in before:
        (tmp_path / "histories" / f"{history.workflow_id}.json").write_text(history.to_json())
    earlier = committed() if proof.whole else ()  # else another test replays them
    replayed = await replay([*(tmp_path / "histories").iterdir(), *earlier])
    proof.row(
        f"this version deployed over {len(deliveries)} open projects of the previous one ({version}), workers one by "
        "one, then the apis",
        1,
        "all finish; histories of the previous version replay",
        f"{await audit(house, deliveries)}; {builds[2]} projects were worked on by both versions; "
        f"{replayed} histories replay",
    )
    assert not ended or not proof.whole, "a project was not open any more"
    assert builds[2] >= (len(waiting) if proof.whole else 1)
    assert waiting


@pytest.mark.item(10)
async def test_projects_that_a_mistaken_version_cannot_go_on_with_wait_for_one_that_can(
    house: House, caller: Caller, proof: Proof, tmp_path: Path
) -> None:
    proof.of_the_whole_form()
    deliveries = [Delivery(caller, brief(0.2)) for _ in range(10)]
    await asyncio.gather(*(delivery.begin() for delivery in deliveries))
    requests = [await delivery.request() for delivery in deliveries]
    mistaken = build(tmp_path / "mistaken", *BREAKING)
    await asyncio.gather(*(_replace(house, worker, **mistaken) for worker in house.workers))
    await asyncio.gather(*(one.decide(request) for one, request in zip(deliveries, requests, strict=True)))

    async def all_stand_still() -> bool:
        handles = [house.engine.get_workflow_handle(f"project-{delivery.id}") for delivery in deliveries]
        tasks = [(await handle.describe()).raw_description.pending_workflow_task for handle in handles]
        return all(task.attempt > 1 for task in tasks)

    await eventually(all_stand_still)
    await asyncio.gather(*(_replace(house, worker) for worker in house.workers))
    for delivery in deliveries:
        await delivery.ended()
    proof.row(
        f"a version whose workflows do not fit deployed over {len(deliveries)} open projects, and taken back",
        1,
        "they stand still, visibly, and finish on the version that fits",
        f"all stood still; {await audit(house, deliveries)}",
    )
