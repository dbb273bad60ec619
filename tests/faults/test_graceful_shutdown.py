"""Workers and APIs receive SIGTERM, as in a deployment: they finish the work that they have started."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter

import httpx2
import pytest

from tests.api_client import response_to
from tests.faults.deliveries import V1, Caller, Delivery, brief, traffic
from tests.faults.event_listener import connected_listeners
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.proving import Proof
from tests.signing_in import signed_in
from tests.waiting import eventually

WORKER_SECONDS, API_SECONDS = 15.0, 10.0
"""How long each may take to end: steps have 10 s to finish, calls 5 s."""


@pytest.mark.item(2)
async def test_a_terminated_worker_finishes_its_steps(stack: FaultStack, caller: Caller, proof: Proof) -> None:
    times = proof.times(full=10, short=1)
    seconds, ends = [], Counter[str]()
    async with traffic(caller) as others:
        for turn in range(times):
            await asyncio.sleep(proof.random.uniform(0, 1))
            worker = stack.workers[turn % len(stack.workers)]
            seconds.append(await worker.end(signal.SIGTERM))
            ends[worker.deaths[-1]] += 1
    attempts = await stack.rows(
        "SELECT attempt, count(*) FROM task WHERE project_id::text = ANY(%s) GROUP BY 1",
        [delivery.id for delivery in others.deliveries],
    )
    proof.row(
        "SIGTERM of a worker while steps run",
        times,
        "exit code 0; each step succeeds at its first attempt",
        f"{dict(ends)} after {max(seconds):.1f} s at most; "
        f"attempts and steps {[tuple(attempt.values()) for attempt in attempts]}; "
        f"{await audit(stack, others.deliveries)}",
    )
    assert [attempt["attempt"] for attempt in attempts] == [1]
    assert set(ends) == {"exit code 0"}
    assert max(seconds) < WORKER_SECONDS


@pytest.mark.item(2)
async def test_a_step_that_outlasts_its_workers_drain_time_runs_on_another(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    proof.full_form_only()
    undisturbed, *disturbed = [Delivery(caller, brief(4), "one-gate") for _ in range(11)]
    await undisturbed.run()
    workers = list(stack.workers)
    impatient = await stack.add_worker(BOTARMY_WORKER_DRAIN_SECONDS="1")
    await asyncio.gather(*(each.stop() for each in workers))
    await asyncio.gather(*(each.start() for each in disturbed))
    ids = [each.id for each in disturbed]
    working_tasks = "SELECT FROM task WHERE status = 'working' AND project_id::text = ANY(%s)"

    async def all_are_working() -> bool:
        return len(await stack.rows(working_tasks, ids)) == len(ids)

    await eventually(all_are_working)
    await asyncio.gather(stack.remove(impatient), *(each.start() for each in workers))
    for each in disturbed:
        await each.approve()
        await each.wait_until_ended()
    attempts = await stack.rows("SELECT attempt, count(*) FROM task WHERE project_id::text = ANY(%s) GROUP BY 1", ids)
    proof.row(
        "SIGTERM of a worker in the middle of steps that outlast its drain time",
        len(ids),
        "another worker repeats the steps; each is recorded once",
        f"attempts and steps {[tuple(attempt.values()) for attempt in attempts]}; "
        f"{await audit(stack, [undisturbed, *disturbed])}",
    )
    assert [attempt["attempt"] for attempt in attempts] == [2]


@pytest.mark.item(2)
async def test_a_terminated_api_completes_its_responses(stack: FaultStack, caller: Caller, proof: Proof) -> None:
    times = proof.times(full=10, short=1)
    answers: Counter[str] = Counter()

    async def ask(url: str) -> None:
        """Send one call after the other until enough is known."""
        async with signed_in(url, timeout=20) as client:
            while not done_asking.is_set():
                started = False
                try:
                    async with client.stream("GET", f"{V1}/projects/", params={"limit": 100}) as answer:
                        started = True
                        text = await answer.aread()
                        answers[
                            "complete" if answer.status_code == 200 and "items" in answer.json() else str(text)
                        ] += 1
                except httpx2.ConnectError:
                    answers["refused"] += 1
                    await asyncio.sleep(0.1)
                except httpx2.TransportError as error:
                    answers[f"partial: {error}" if started else "none"] += 1

    done_asking = asyncio.Event()
    seconds = []
    async with connected_listeners(stack, caller) as clients:
        async with traffic(caller) as others, asyncio.TaskGroup() as asking:
            for api in stack.apis:
                asking.create_task(ask(api.component.address))
            for turn in range(times):
                await asyncio.sleep(proof.random.uniform(0.5, 1.5))
                seconds.append(await stack.apis[turn % len(stack.apis)].end(signal.SIGTERM))
            done_asking.set()
        received = sum([await each.check_complete() for each in clients])
        closes = sum((each.closed for each in clients), Counter[int]())
    proof.row(
        "SIGTERM of an API that serves calls and sockets",
        times,
        "no partial response; sockets close with 1012 (restart), and clients miss nothing",
        f"answers {dict(answers)}; closes {dict(closes)}; {received} events received once; ended "
        f"after {max(seconds):.1f} s at most; {await audit(stack, others.deliveries)}",
    )
    assert set(answers) <= {"complete", "none", "refused"}
    assert answers["complete"] > answers["none"]
    assert answers["none"] <= times  # a call may arrive just as the API stops listening
    assert set(closes) == {1012}
    assert max(seconds) < API_SECONDS


@pytest.mark.item(2)
async def test_a_terminated_api_answers_pending_decisions(stack: FaultStack, caller: Caller, proof: Proof) -> None:
    """The slowest calls: they wait for an outcome, and no worker is running."""
    proof.full_form_only()
    deliveries = [Delivery(caller, pipeline="one-gate") for _ in range(20)]
    await asyncio.gather(*(each.start() for each in deliveries))
    requests = [await each.request() for each in deliveries]
    (api, *_) = stack.apis

    async def respond(client: httpx2.AsyncClient, request_id: str, delivery: Delivery) -> int:
        answer = await client.post(f"{V1}/hitl/{request_id}/respond", json=bodies[request_id])
        delivery.acknowledged[request_id] = answer.json()["decision_id"]
        return answer.status_code

    async with stack.client(api) as client:
        bodies = {request: await response_to(client, request) for request in requests}
    for worker in stack.workers:
        await worker.stop()
    async with stack.client(api) as client:
        responding = [asyncio.create_task(respond(client, *each)) for each in zip(requests, deliveries, strict=True)]
        await asyncio.sleep(proof.random.uniform(0.5, 1.5))
        ending = asyncio.create_task(api.end(signal.SIGTERM))
        statuses = Counter(await asyncio.gather(*responding))
        await ending
    await stack.restore()
    for each in deliveries:
        await each.wait_until_ended()
    proof.row(
        "SIGTERM of an API that waits for the outcome of decisions",
        len(deliveries),
        "each call is answered, and each decision applied",
        f"answers {dict(statuses)}; {await audit(stack, deliveries)}",
    )
    assert set(statuses) == {202}
