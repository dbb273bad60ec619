"""No project starves others: neither projects that cannot be recorded, nor one with very many steps."""

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

from tests.faults.deliveries import Caller, Delivery, brief
from tests.faults.fault_stack import QUEUE, FaultStack
from tests.faults.record_audit import audit
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
async def _poison(stack: FaultStack) -> AsyncIterator[None]:
    """Create a table of projects whose events PostgreSQL refuses."""
    for statement in POISON:
        await stack.execute(statement)
    try:
        yield
    finally:
        for statement in ANTIDOTE:
            await stack.execute(statement)


async def _queued(stack: FaultStack) -> int:
    """Return the number of steps in the task queue."""
    described = await stack.temporal_client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=stack.temporal_client.namespace,
            task_queue=TaskQueue(name=QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
            report_stats=True,
        )
    )
    return described.stats.approximate_backlog_count


@pytest.mark.item(26)
async def test_projects_that_cannot_be_recorded_do_not_block_others(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    number = proof.times(full=150, short=70)  # two workers have 64 slots for workflow tasks
    poisoned = [Delivery(caller, brief(0), "one-gate") for _ in range(number)]
    await asyncio.gather(*(each.start() for each in poisoned))
    requests = await asyncio.gather(*(each.request() for each in poisoned))
    others: list[Delivery] = []
    seconds: list[float] = []

    async def run_another() -> None:
        started = time.monotonic()
        others.append(Delivery(caller, brief(0)))
        await others[-1].run()
        seconds.append(time.monotonic() - started)

    async with _poison(stack):
        await stack.execute("INSERT INTO poisoned SELECT unnest(%s::uuid[])", [each.id for each in poisoned])
        answers = await asyncio.gather(
            *(delivery.decide(request) for delivery, request in zip(poisoned, requests, strict=True))
        )
        assert {answer.status_code for answer in answers} == {202}
        for _ in range(proof.times(full=10, short=2)):
            await run_another()
        for worker in stack.workers:
            worker.kill()
            await worker.wait_until_ready()
        for _ in range(proof.times(full=10, short=2)):
            await run_another()
        health = await stack.health(stack.apis[0])
        statuses = await stack.rows(
            "SELECT DISTINCT status FROM project WHERE id::text = ANY(%s)", [each.id for each in poisoned]
        )
    for each in poisoned:
        await each.wait_until_ended()
    proof.row(
        f"PostgreSQL refuses the records of {number} projects; 2 workers with 32 slots each, killed meanwhile",
        len(others),
        "other projects are delivered meanwhile, and the refused ones once PostgreSQL accepts them",
        f"others delivered within {max(seconds):.1f} s; worker {health['worker']}; {await audit(stack, others)}; "
        f"then {await audit(stack, poisoned)}",
    )
    assert [row["status"] for row in statuses] == ["waiting"]
    assert health["worker"] == "ok"


@pytest.mark.item(27)
async def test_a_project_with_very_many_steps_does_not_delay_others(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    number = proof.times(full=500, short=60)
    for worker in list(stack.workers):
        await stack.remove(worker)
    await stack.add_worker(BOTARMY_WORKER_STEPS="2")
    busy = Delivery(caller, brief(STEP_SECONDS), "one-gate")
    await busy.start()
    await busy.request()
    body = {"agent_type": "analyst", "instructions": "Look again."}
    tasks = await asyncio.gather(*(caller.call("POST", f"/projects/{busy.id}/tasks", json=body) for _ in range(number)))
    assert {task.status_code for task in tasks} == {201}

    async def are_queued() -> bool:
        waiting = (await stack.rows(WAITING, busy.id))[0]["waiting"]
        return await _queued(stack) >= 0.9 * int(waiting)

    await eventually(are_queued)
    other = Delivery(caller, brief(STEP_SECONDS), "one-gate")
    before = (await stack.rows(WAITING, busy.id))[0]["waiting"]
    started = time.monotonic()
    await other.start()

    async def has_started() -> bool:
        return bool(await stack.rows(STARTED, other.id))

    await eventually(has_started, 400)
    seconds = time.monotonic() - started
    left = (await stack.rows(WAITING, busy.id))[0]["waiting"]
    proof.row(
        f"start another project while {number} steps of one project are queued for 2 slots, {STEP_SECONDS} s each",
        1,
        "its first step does not wait for them",
        f"it started after {seconds:.1f} s, when {before - left} of {before} had run",
    )
    await caller.call("POST", f"/projects/{busy.id}/cancel")
    await other.approve()
    await other.wait_until_ended()
    assert before - left < number / 4, (before, left)


@pytest.mark.item(27)
async def test_a_stalled_queue_is_reported(stack: FaultStack, caller: Caller, proof: Proof) -> None:
    proof.full_form_only()
    for worker in stack.workers:
        os.kill(worker.pid, signal.SIGSTOP)
    started = time.monotonic()
    deliveries = [Delivery(caller, brief(0)) for _ in range(20)]
    try:
        await asyncio.gather(*(delivery.start() for delivery in deliveries))

        async def is_reported() -> str | None:
            async with stack.client(stack.apis[0]) as client:
                ready = await client.get("/health/ready")
            detail = ready.json()["components"]["worker"]["detail"]
            return str(detail) if ready.status_code == 503 and detail else None

        detail = await eventually(is_reported, 300)
        seconds = time.monotonic() - started
    finally:
        for worker in stack.workers:
            os.kill(worker.pid, signal.SIGCONT)
    for delivery in deliveries:
        await delivery.approve()
        await delivery.wait_until_ended()
    proof.row(
        "suspend both workers while 20 projects are started",
        1,
        "/health/ready reports it with 503, and all are delivered afterwards",
        f"after {seconds:.0f} s: {detail}; {await audit(stack, deliveries)}",
    )
