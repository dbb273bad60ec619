"""The API dies between its commit of a new project and the start of the workflow: it starts all the same, once."""

from __future__ import annotations

import asyncio
import signal

import httpx2
import pytest

from tests.faults.books import audit
from tests.faults.deliveries import V1, Caller, Delivery, brief, traffic
from tests.faults.house import House
from tests.proving import Proof
from tests.waiting import eventually

AT_ONCE = 4
MORTAL = "tests.faults.programs.mortal_api"


async def _found(house: House, delivery: Delivery) -> bool:
    """Whether a project that its client was never told of is there; the delivery then knows its id."""
    rows = await house.rows("SELECT id::text FROM project WHERE idempotency_key = %s", delivery.key)
    delivery.id = rows[0]["id"] if rows else ""
    return bool(rows)


@pytest.mark.item(7)
async def test_a_project_whose_api_died_before_it_started_the_workflow_is_started_once(
    house: House, caller: Caller, proof: Proof
) -> None:
    times = proof.times(full=8, short=1)
    mortal = await house.add_api(MORTAL)
    house.apis.remove(mortal)  # nobody else is to call it
    told: list[Delivery] = []
    untold: list[Delivery] = []
    async with house.client(mortal) as client:
        for turn in range(times):
            if turn:
                await mortal.stop()
                await mortal.start()
            new = [Delivery(caller, brief(0), "one-gate") for _ in range(AT_ONCE)]
            for outcome in await asyncio.gather(*(each.post(client) for each in new), return_exceptions=True):
                assert isinstance(outcome, httpx2.TransportError), outcome
            # Half of the clients ask again, with their keys; the others are never told.
            await asyncio.gather(*(each.begin() for each in new[::2]))
            told += new[::2]
            untold += [each for each in new[1::2] if await _found(house, each)]
    assert {"signal 9"} == set(mortal.deaths)
    assert untold or not proof.whole  # of a few, all may have died before their commit
    await mortal.stop()
    for each in (*told, *untold):
        await each.approve()
        await each.ended()
    proof.row(
        f"api killed between its commit of new projects and the start of their workflows, {AT_ONCE} at a time",
        times,
        "each project that was committed starts, once",
        f"{len(told)} whose client asked again, {len(untold)} whose client was never told: "
        f"{await audit(house, [*told, *untold])}",
    )


@pytest.mark.item(7)
async def test_a_task_whose_api_died_before_it_started_the_workflow_is_started_once(
    house: House, caller: Caller, proof: Proof
) -> None:
    proof.of_the_whole_form()
    project = Delivery(caller, brief(0), "one-gate")
    await project.begin()
    await project.request()
    mortal = await house.add_api(MORTAL)
    house.apis.remove(mortal)
    async with house.client(mortal) as client:
        with pytest.raises(httpx2.TransportError):
            await client.post(
                f"{V1}/projects/{project.id}/tasks", json={"agent_type": "analyst", "instructions": "List the risks."}
            )
    await mortal.stop()

    async def completed() -> bool:
        tasks = (await caller.get(f"/projects/{project.id}/status"))["tasks"]
        return "completed" in {task["status"] for task in tasks if task["stage"] == "task"}

    await eventually(completed)
    started = await house.rows(
        "SELECT FROM event WHERE project_id = %s AND event_type = 'task_started' AND data->>'stage' = 'task'",
        project.id,
    )
    proof.row(
        "api killed between its commit of a task and the start of its workflow",
        1,
        "it starts, once",
        f"it started {len(started)} time(s), and completed",
    )
    assert len(started) == 1
    await project.approve()
    await project.ended()


@pytest.mark.item(7)
async def test_apis_that_are_killed_at_any_moment_start_each_project_once(
    house: House, caller: Caller, proof: Proof
) -> None:
    proof.of_the_whole_form()
    times = 10
    async with traffic(caller, 0.3, 0, 0) as others:
        for turn in range(times):
            await asyncio.sleep(proof.random.uniform(0, 1))
            await house.apis[turn % len(house.apis)].end(signal.SIGKILL)
    proof.row(
        "SIGKILL of an api at any moment while projects are started, decided and read",
        times,
        "each project is there once, and completed",
        f"{await audit(house, others.deliveries)}; {caller.broken} calls broke, and were made again",
    )
    assert caller.broken
