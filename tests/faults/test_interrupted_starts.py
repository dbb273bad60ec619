"""The API is killed after it has committed a project and before it starts the workflow: it still starts, once."""

from __future__ import annotations

import asyncio
import signal

import httpx2
import pytest

from tests.faults.deliveries import V1, Caller, Delivery, brief, traffic
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.proving import Proof
from tests.waiting import eventually

AT_ONCE = 4
MORTAL = "tests.faults.programs.mortal_api"


async def _was_committed(stack: FaultStack, delivery: Delivery) -> bool:
    """Return whether a project exists whose client received no response, and set its id."""
    rows = await stack.rows("SELECT id::text FROM project WHERE idempotency_key = %s", delivery.key)
    delivery.id = rows[0]["id"] if rows else ""
    return bool(rows)


@pytest.mark.item(7)
async def test_a_project_starts_once_if_its_api_is_killed_before_it_starts_the_workflow(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    times = proof.times(full=8, short=1)
    mortal = await stack.add_api(MORTAL)
    stack.apis.remove(mortal)  # the caller must not use it
    retried: list[Delivery] = []
    abandoned: list[Delivery] = []
    async with stack.client(mortal) as client:
        for turn in range(times):
            if turn:
                await mortal.stop()
                await mortal.start()
            new = [Delivery(caller, brief(0), "one-gate") for _ in range(AT_ONCE)]
            for outcome in await asyncio.gather(*(each.post(client) for each in new), return_exceptions=True):
                assert isinstance(outcome, httpx2.TransportError), outcome
            # Half of the clients retry with their idempotency keys; the others give up. The halves change places each
            # turn: on an idle machine it is always the first project that was committed.
            retrying, leaving = new[turn % 2 :: 2], new[1 - turn % 2 :: 2]
            await asyncio.gather(*(each.start() for each in retrying))
            retried += retrying
            abandoned += [each for each in leaving if await _was_committed(stack, each)]
    assert {"signal 9"} == set(mortal.deaths)
    assert abandoned or not proof.is_full  # in a few attempts, all may fail before their commit
    await mortal.stop()
    for each in (*retried, *abandoned):
        await each.approve()
        await each.wait_until_ended()
    proof.row(
        f"kill an API between its commit of new projects and the start of their workflows, {AT_ONCE} at a time",
        times,
        "each committed project starts, once",
        f"{len(retried)} whose client retried, {len(abandoned)} whose client gave up: "
        f"{await audit(stack, [*retried, *abandoned])}",
    )


@pytest.mark.item(7)
async def test_a_task_starts_once_if_its_api_is_killed_before_it_starts_the_workflow(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    proof.full_form_only()
    project = Delivery(caller, brief(0), "one-gate")
    await project.start()
    await project.request()
    mortal = await stack.add_api(MORTAL)
    stack.apis.remove(mortal)
    async with stack.client(mortal) as client:
        with pytest.raises(httpx2.TransportError):
            await client.post(
                f"{V1}/projects/{project.id}/tasks", json={"agent_type": "analyst", "instructions": "List the risks."}
            )
    await mortal.stop()

    async def completed() -> bool:
        tasks = (await caller.get(f"/projects/{project.id}/status"))["tasks"]
        return "completed" in {task["status"] for task in tasks if task["stage"] == "task"}

    await eventually(completed)
    started = await stack.rows(
        "SELECT FROM event WHERE project_id = %s AND event_type = 'task_started' AND data->>'stage' = 'task'",
        project.id,
    )
    proof.row(
        "kill an API between its commit of a task and the start of its workflow",
        1,
        "it starts, once",
        f"started {len(started)} time(s), and completed",
    )
    assert len(started) == 1
    await project.approve()
    await project.wait_until_ended()


@pytest.mark.item(7)
async def test_each_project_starts_once_if_apis_are_killed_at_random_moments(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    proof.full_form_only()
    times = 10
    async with traffic(caller, 0.3, 0, 0) as others:
        for turn in range(times):
            await asyncio.sleep(proof.random.uniform(0, 1))
            await stack.apis[turn % len(stack.apis)].end(signal.SIGKILL)
    proof.row(
        "SIGKILL of an API at random moments while projects are started, decided and read",
        times,
        "each project exists once, and completes",
        f"{await audit(stack, others.deliveries)}; {caller.failed_calls} calls failed, and were retried",
    )
    assert caller.failed_calls
