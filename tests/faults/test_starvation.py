"""Nobody starves anybody: not projects that cannot be written down, nor one with more steps than all others."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from tests.faults.books import audit
from tests.faults.deliveries import Caller, Delivery, brief
from tests.faults.house import QUEUE, House
from tests.proving import Proof
from tests.waiting import eventually

POISON = (
    "CREATE TABLE poisoned (id uuid PRIMARY KEY)",
    """CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM poisoned WHERE id = NEW.project_id) THEN RAISE EXCEPTION 'poisoned'; END IF;
            RETURN NEW;
        END $$""",
    "CREATE TRIGGER poison BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION poison()",
)
ANTIDOTE = ("DROP TRIGGER poison ON event", "DROP FUNCTION poison", "DROP TABLE poisoned")
STARTED = "SELECT 1 FROM task WHERE project_id = %s"
WAITING = "SELECT count(*) AS waiting FROM task WHERE project_id = %s AND status = 'pending'"
STEP_SECONDS = 0.4


@asynccontextmanager
async def _poison(house: House) -> AsyncIterator[None]:
    """A table of projects of which no event can be written."""
    for statement in POISON:
        await house.execute(statement)
    try:
        yield
    finally:
        for statement in ANTIDOTE:
            await house.execute(statement)


async def _queued(house: House) -> int:
    """How many steps wait in the task queue."""
    described = await house.engine.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=house.engine.namespace,
            task_queue=TaskQueue(name=QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
            report_stats=True,
        )
    )
    return described.stats.approximate_backlog_count


@pytest.mark.item(26)
async def test_projects_that_cannot_be_written_down_stop_nobody(house: House, caller: Caller, proof: Proof) -> None:
    number = proof.times(full=150, short=70)  # two workers have 64 places for workflow tasks
    poisoned = [Delivery(caller, brief(0), "one-gate") for _ in range(number)]
    await asyncio.gather(*(each.begin() for each in poisoned))
    requests = await asyncio.gather(*(each.request() for each in poisoned))
    others: list[Delivery] = []
    seconds: list[float] = []

    async def another() -> None:
        began = time.monotonic()
        others.append(Delivery(caller, brief(0)))
        await others[-1].run()
        seconds.append(time.monotonic() - began)

    async with _poison(house):
        await house.execute("INSERT INTO poisoned SELECT unnest(%s::uuid[])", [each.id for each in poisoned])
        answers = await asyncio.gather(*(one.decide(request) for one, request in zip(poisoned, requests, strict=True)))
        assert {answer.status_code for answer in answers} == {202}
        for _ in range(proof.times(full=10, short=2)):
            await another()
        for worker in house.workers:
            worker.kill()
            await worker.serves()
        for _ in range(proof.times(full=10, short=2)):
            await another()
        health = await house.health(house.apis[0])
        stands = await house.rows(
            "SELECT DISTINCT status FROM project WHERE id::text = ANY(%s)", [each.id for each in poisoned]
        )
    for each in poisoned:
        await each.ended()
    proof.row(
        f"{number} projects whose records PostgreSQL refuses, over 2 workers of 32 places, killed in between",
        len(others),
        "other projects are delivered meanwhile, and the refused ones when PostgreSQL takes them",
        f"others delivered in {max(seconds):.1f} s at most; worker {health['worker']}; {await audit(house, others)}; "
        f"then {await audit(house, poisoned)}",
    )
    assert [stand["status"] for stand in stands] == ["waiting"]
    assert health["worker"] == "ok"


@pytest.mark.item(27)
async def test_one_project_with_more_steps_than_all_others_delays_nobody(
    house: House, caller: Caller, proof: Proof
) -> None:
    number = proof.times(full=500, short=60)
    for worker in list(house.workers):
        await house.remove(worker)
    await house.add_worker(BOTARMY_WORKER_STEPS="2")
    busy = Delivery(caller, brief(STEP_SECONDS), "one-gate")
    await busy.begin()
    await busy.request()
    given = {"agent_type": "analyst", "instructions": "Look again."}
    tasks = await asyncio.gather(
        *(caller.call("POST", f"/projects/{busy.id}/tasks", json=given) for _ in range(number))
    )
    assert {task.status_code for task in tasks} == {201}

    async def are_queued() -> bool:
        waiting = (await house.rows(WAITING, busy.id))[0]["waiting"]
        return await _queued(house) >= 0.9 * waiting

    await eventually(are_queued)
    other = Delivery(caller, brief(STEP_SECONDS), "one-gate")
    before = (await house.rows(WAITING, busy.id))[0]["waiting"]
    began = time.monotonic()
    await other.begin()

    async def has_begun() -> bool:
        return bool(await house.rows(STARTED, other.id))

    await eventually(has_begun, 400)
    seconds = time.monotonic() - began
    left = (await house.rows(WAITING, busy.id))[0]["waiting"]
    proof.row(
        f"another project started while {number} steps of one project are queued for 2 places of {STEP_SECONDS} s",
        1,
        "its first step does not wait for them",
        f"it began after {seconds:.1f} s, when {before - left} of {before} had been taken",
    )
    await caller.call("POST", f"/projects/{busy.id}/cancel")
    await other.approve()
    await other.ended()
    assert before - left < number / 4, (before, left)


@pytest.mark.item(27)
async def test_a_queue_that_does_not_move_is_seen(house: House, caller: Caller, proof: Proof) -> None:
    proof.of_the_whole_form()
    for worker in house.workers:
        os.kill(worker.pid, signal.SIGSTOP)
    began = time.monotonic()
    deliveries = [Delivery(caller, brief(0)) for _ in range(20)]
    try:
        await asyncio.gather(*(delivery.begin() for delivery in deliveries))

        async def told() -> str | None:
            async with house.client(house.apis[0]) as client:
                ready = await client.get("/health/ready")
            detail = ready.json()["components"]["worker"]["detail"]
            return str(detail) if ready.status_code == 503 and detail else None

        detail = await eventually(told, 300)
        seconds = time.monotonic() - began
    finally:
        for worker in house.workers:
            os.kill(worker.pid, signal.SIGCONT)
    for delivery in deliveries:
        await delivery.approve()
        await delivery.ended()
    proof.row(
        "both workers stand still while 20 projects are started",
        1,
        "/health/ready says so with 503, and all are delivered afterwards",
        f"after {seconds:.0f} s: {detail}; {await audit(house, deliveries)}",
    )
