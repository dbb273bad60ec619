"""Temporal's data is deleted while projects are open: they are reported, restarted from their records, and complete."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.faults.deliveries import Caller, Delivery, brief
from tests.faults.doctor import DOCTOR_SECONDS, doctor
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.proving import Proof
from tests.waiting import eventually


async def _delete_temporal_data(folder: Path) -> None:
    for file in (folder / "temporal").glob("temporal.db*"):
        file.unlink()


@pytest.mark.item(25)
async def test_projects_whose_workflows_are_lost_complete_from_their_records(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    """Half of the projects wait at their gate; the others are in the middle of a step."""
    number = proof.times(full=20, short=2)
    waiting = [Delivery(caller, pipeline="one-gate") for _ in range(number)]
    working = [Delivery(caller, brief(5), "one-gate") for _ in range(number)]
    projects = [*waiting, *working]
    await asyncio.gather(*(each.start() for each in projects))
    await asyncio.gather(*(each.request() for each in waiting))
    working_tasks = "SELECT FROM task WHERE status = 'working' AND project_id::text = ANY(%s)"

    async def all_are_working() -> bool:
        return len(await stack.rows(working_tasks, [each.id for each in working])) == number

    await eventually(all_are_working)
    async with stack.temporal.stopped():
        await _delete_temporal_data(stack.folder)
    lost = {f"project-{each.id}" for each in projects}

    async def all_are_reported() -> bool:
        _, report = await doctor(stack)
        return lost <= {each["workflow_id"] for each in report["items"]}

    await eventually(all_are_reported, DOCTOR_SECONDS)
    kills = 0
    for _ in range(proof.times(full=5, short=0)):
        repairing = asyncio.create_task(doctor(stack, "--repair", "--restart"))
        await asyncio.sleep(proof.random.uniform(0.5, 2))
        stack.apis[0].kill()
        kills += 1
        await repairing
        await stack.apis[0].wait_until_ready()

    async def none_are_left() -> bool:
        code, _ = await doctor(stack, "--repair", "--restart")
        return code == 0

    await eventually(none_are_left, DOCTOR_SECONDS)
    for each in projects:
        await each.approve()
    ended = [await each.wait_until_ended() for each in projects]
    generations = await stack.rows(
        "SELECT min(generation), max(generation) FROM project WHERE id::text = ANY(%s)", [each.id for each in projects]
    )
    twice = "SELECT stage FROM task WHERE project_id::text = ANY(%s) GROUP BY project_id, stage HAVING count(*) > 1"
    tasks = await stack.rows(twice, [each.id for each in projects])
    completed = [each["status"] for each in ended].count("completed")
    raised = list(generations[0].values())
    proof.row(
        f"delete Temporal's data under open projects, and restart them with `botarmy doctor`; API killed {kills} times",
        len(projects),
        "all are reported, continue from their records, and complete; no duplicate task, artifact or event",
        f"{completed} completed, restarted {raised[0]} to {raised[1]} times, {len(tasks)} duplicate tasks; "
        + (f"waiting projects: {await audit(stack, waiting)}" if not kills else ""),
    )
    assert completed == len(projects)
    assert tasks == []
    if not kills:
        assert generations[0] == {"min": 1, "max": 1}
