"""Temporal's data is thrown away under open projects: they are named, started again from their records, completed."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHECKOUT
from tests.faults.books import audit
from tests.faults.deliveries import Caller, Delivery, brief
from tests.faults.house import House
from tests.proving import Proof
from tests.waiting import eventually

DOCTOR_SECONDS = 300.0


async def _doctor(house: House, *arguments: str) -> tuple[int, dict[str, Any]]:
    """What `botarmy doctor` says, asked through the first API."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", "doctor", "--json", "--api", house.apis[0].component.address, *arguments),
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await asyncio.wait_for(process.communicate(), DOCTOR_SECONDS)
    assert process.returncode is not None
    assert said or process.returncode == 5, complained.decode()
    return process.returncode, json.loads(said) if said else {"items": []}


async def _throw_away(folder: Path) -> None:
    for file in (folder / "temporal").glob("temporal.db*"):
        file.unlink()


@pytest.mark.item(25)
async def test_projects_whose_workflows_are_lost_are_completed_from_their_records(
    house: House, caller: Caller, proof: Proof
) -> None:
    """Half of them wait at their gate, the others are in the middle of a step."""
    number = proof.times(full=20, short=2)
    waiting = [Delivery(caller, pipeline="one-gate") for _ in range(number)]
    working = [Delivery(caller, brief(5), "one-gate") for _ in range(number)]
    every = [*waiting, *working]
    await asyncio.gather(*(each.begin() for each in every))
    await asyncio.gather(*(each.request() for each in waiting))
    under_way = "SELECT FROM task WHERE status = 'working' AND project_id::text = ANY(%s)"

    async def all_under_way() -> bool:
        return len(await house.rows(under_way, [each.id for each in working])) == number

    await eventually(all_under_way)
    async with house.temporal.away():
        await _throw_away(house.folder)
    lost = {f"project-{each.id}" for each in every}

    async def all_named() -> bool:
        _, said = await _doctor(house)
        return lost <= {each["workflow_id"] for each in said["items"]}

    await eventually(all_named, DOCTOR_SECONDS)
    kills = 0
    for _ in range(proof.times(full=5, short=0)):
        repairing = asyncio.create_task(_doctor(house, "--repair", "--restart"))
        await asyncio.sleep(proof.random.uniform(0.5, 2))
        house.apis[0].kill()
        kills += 1
        await repairing
        await house.apis[0].serves()

    async def none_left() -> bool:
        code, _ = await _doctor(house, "--repair", "--restart")
        return code == 0

    await eventually(none_left, DOCTOR_SECONDS)
    for each in every:
        await each.approve()
    ended = [await each.ended() for each in every]
    generations = await house.rows(
        "SELECT min(generation), max(generation) FROM project WHERE id::text = ANY(%s)", [each.id for each in every]
    )
    twice = "SELECT stage FROM task WHERE project_id::text = ANY(%s) GROUP BY project_id, stage HAVING count(*) > 1"
    tasks = await house.rows(twice, [each.id for each in every])
    completed = [each["status"] for each in ended].count("completed")
    raised = list(generations[0].values())
    proof.row(
        f"Temporal's data thrown away under open projects, restarted by `botarmy doctor`; api killed {kills} times",
        len(every),
        "all are named, go on from their records, and complete; no task, artifact or event twice",
        f"{completed} completed, started again {raised[0]} to {raised[1]} times, {len(tasks)} tasks twice; "
        + (f"those that waited: {await audit(house, waiting)}" if not kills else ""),
    )
    assert completed == len(every)
    assert tasks == []
    if not kills:
        assert generations[0] == {"min": 1, "max": 1}
