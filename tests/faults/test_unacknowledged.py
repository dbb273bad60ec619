"""A worker dies after an activity has committed, and before the engine has heard of it: the effect stands once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from store.transaction import Store
from tests.faults.books import audit
from tests.faults.deliveries import Caller, Delivery, brief
from tests.faults.house import House
from tests.proving import Proof
from tests.waiting import eventually
from tests.workflows.crew_under_test import PLAN, Script, Story, pipeline

MORTAL = "tests.faults.programs.mortal_worker"

# What the worker dies of, and how long the steps take: those that take no time are local activities, like all others
# but the steps themselves.
CASES = [
    ("run_agent_step", 0.2),
    ("run_agent_step", 0),
    ("open_project", 0),
    ("record_responses", 0.2),
    ("record_status", 0),
    ("record_expiry", 0),
]


async def _deliver(house: House, store: Store, caller: Caller, activity: str, step_seconds: float) -> Delivery:
    """Bring a project that needs the activity to its end."""
    if activity != "record_expiry":
        delivery = Delivery(caller, brief(step_seconds), "one-gate")
        await delivery.run()
        return delivery
    stages = pipeline(PLAN | {"gate": {"expires_in": timedelta(milliseconds=200), "on_expiry": "approve"}})
    story = await Story.begin(house.engine, store, house.settings.task_queue, Script(), stages)
    delivery = Delivery(caller, pipeline=stages.name, id=str(story.id))
    await delivery.ended()
    return delivery


@pytest.mark.item(8)
@pytest.mark.parametrize(("activity", "step_seconds"), CASES, ids=[f"{kind}-{seconds}" for kind, seconds in CASES])
async def test_an_activity_whose_worker_dies_after_its_commit_has_one_effect(
    house: House, house_store: Store, caller: Caller, proof: Proof, activity: str, step_seconds: float
) -> None:
    if (activity, step_seconds) != CASES[0]:
        proof.of_the_whole_form()
    times = proof.times(full=2, short=1)
    undisturbed = await _deliver(house, house_store, caller, activity, step_seconds)
    disturbed = []
    for _ in range(times):
        living = list(house.workers)
        mortal = await house.add_worker(MORTAL, MORTAL_ACTIVITY=activity)
        await asyncio.gather(*(each.stop() for each in living))
        delivering = asyncio.create_task(_deliver(house, house_store, caller, activity, step_seconds))

        async def died() -> bool:
            return bool(mortal.deaths)  # noqa: B023

        await eventually(died)
        await house.remove(mortal)
        await house.whole()
        disturbed.append(await delivering)
        assert mortal.deaths == ["signal 9"]
    kind = "local" if step_seconds == 0 or activity != "run_agent_step" else "regular"
    proof.row(
        f"worker killed after the commit of {activity} ({kind}), before its acknowledgement",
        times,
        "one effect: the books of an undisturbed project",
        str(await audit(house, [undisturbed, *disturbed])),
    )
