"""A worker is killed after an activity has committed and before Temporal knows: the activity has one effect."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from store.transaction import Store
from tests.faults.deliveries import Caller, Delivery, brief
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.proving import Proof
from tests.waiting import eventually
from tests.workflows.crew_under_test import PLAN, Script, Story, pipeline

MORTAL = "tests.faults.programs.mortal_worker"

# The activity after which the worker is killed, and the seconds of a step. Steps of 0 s are local activities, like
# everything else but steps.
CASES = [
    ("run_agent_step", 0.2),
    ("run_agent_step", 0),
    ("open_project", 0),
    ("record_responses", 0.2),
    ("record_status", 0),
    ("record_expiry", 0),
]


async def _deliver(stack: FaultStack, store: Store, caller: Caller, activity: str, step_seconds: float) -> Delivery:
    """Run a project that needs the activity to its end."""
    if activity != "record_expiry":
        delivery = Delivery(caller, brief(step_seconds), "one-gate")
        await delivery.run()
        return delivery
    stages = pipeline(PLAN | {"gate": {"expires_in": timedelta(milliseconds=200), "on_expiry": "approve"}})
    story = await Story.begin(stack.temporal_client, store, stack.settings.task_queue, Script(), stages)
    delivery = Delivery(caller, pipeline=stages.name, id=str(story.id))
    await delivery.wait_until_ended()
    return delivery


@pytest.mark.item(8)
@pytest.mark.parametrize(("activity", "step_seconds"), CASES, ids=[f"{kind}-{seconds}" for kind, seconds in CASES])
async def test_an_activity_whose_worker_is_killed_after_its_commit_has_one_effect(
    stack: FaultStack, stack_store: Store, caller: Caller, proof: Proof, activity: str, step_seconds: float
) -> None:
    if (activity, step_seconds) != CASES[0]:
        proof.full_form_only()
    times = proof.times(full=2, short=1)
    undisturbed = await _deliver(stack, stack_store, caller, activity, step_seconds)
    disturbed = []
    for _ in range(times):
        workers = list(stack.workers)
        mortal = await stack.add_worker(MORTAL, MORTAL_ACTIVITY=activity)
        await asyncio.gather(*(each.stop() for each in workers))
        delivering = asyncio.create_task(_deliver(stack, stack_store, caller, activity, step_seconds))

        async def is_dead() -> bool:
            return bool(mortal.deaths)  # noqa: B023

        await eventually(is_dead)
        await stack.remove(mortal)
        await stack.restore()
        disturbed.append(await delivering)
        assert mortal.deaths == ["signal 9"]
    kind = "local" if step_seconds == 0 or activity != "run_agent_step" else "regular"
    proof.row(
        f"kill a worker after the commit of {activity} ({kind}), before its acknowledgement",
        times,
        "one effect: the same records as an undisturbed project",
        str(await audit(stack, [undisturbed, *disturbed])),
    )
