"""Workers and APIs are told to end, as when a new version is deployed: they finish what they have begun."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter

import httpx2
import pytest

from tests.faults.books import audit
from tests.faults.deliveries import V1, Caller, Delivery, brief, traffic
from tests.faults.house import House
from tests.faults.listening import listeners
from tests.proving import Proof
from tests.waiting import eventually

WORKER_SECONDS, API_SECONDS = 15.0, 10.0
"""How long either may take to end: the worker grants its steps 10 s, the API its calls 5 s."""


@pytest.mark.item(2)
async def test_a_worker_that_is_told_to_end_finishes_its_steps(house: House, caller: Caller, proof: Proof) -> None:
    times = proof.times(full=10, short=1)
    seconds, ends = [], Counter[str]()
    async with traffic(caller) as others:
        for turn in range(times):
            await asyncio.sleep(proof.random.uniform(0, 1))
            worker = house.workers[turn % len(house.workers)]
            seconds.append(await worker.end(signal.SIGTERM))
            ends[worker.deaths[-1]] += 1
    attempts = await house.rows(
        "SELECT attempt, count(*) FROM task WHERE project_id::text = ANY(%s) GROUP BY 1",
        [delivery.id for delivery in others.deliveries],
    )
    proof.row(
        "SIGTERM of a worker while steps run",
        times,
        "exit code 0; each step is done at its first attempt",
        f"{dict(ends)} after {max(seconds):.1f} s at most; "
        f"attempts and steps {[tuple(attempt.values()) for attempt in attempts]}; "
        f"{await audit(house, others.deliveries)}",
    )
    assert [attempt["attempt"] for attempt in attempts] == [1]
    assert set(ends) == {"exit code 0"}
    assert max(seconds) < WORKER_SECONDS


@pytest.mark.item(2)
async def test_a_step_that_lasts_longer_than_its_worker_may_is_done_by_another(
    house: House, caller: Caller, proof: Proof
) -> None:
    proof.of_the_whole_form()
    undisturbed, *disturbed = [Delivery(caller, brief(4), "one-gate") for _ in range(11)]
    await undisturbed.run()
    usual = list(house.workers)
    hasty = await house.add_worker(BOTARMY_WORKER_DRAIN_SECONDS="1")
    await asyncio.gather(*(each.stop() for each in usual))
    await asyncio.gather(*(each.begin() for each in disturbed))
    ids = [each.id for each in disturbed]
    under_way = "SELECT FROM task WHERE status = 'working' AND project_id::text = ANY(%s)"

    async def all_under_way() -> bool:
        return len(await house.rows(under_way, ids)) == len(ids)

    await eventually(all_under_way)
    await asyncio.gather(house.remove(hasty), *(each.start() for each in usual))
    for each in disturbed:
        await each.approve()
        await each.ended()
    attempts = await house.rows("SELECT attempt, count(*) FROM task WHERE project_id::text = ANY(%s) GROUP BY 1", ids)
    proof.row(
        "SIGTERM of a worker in the middle of steps that last longer than it may",
        len(ids),
        "the steps are done again by another, and stand once",
        f"attempts and steps {[tuple(attempt.values()) for attempt in attempts]}; "
        f"{await audit(house, [undisturbed, *disturbed])}",
    )
    assert [attempt["attempt"] for attempt in attempts] == [2]


@pytest.mark.item(2)
async def test_an_api_that_is_told_to_end_answers_what_it_was_asked(house: House, caller: Caller, proof: Proof) -> None:
    times = proof.times(full=10, short=1)
    answers: Counter[str] = Counter()

    async def ask(url: str) -> None:
        """Read again and again, as fast as it answers."""
        async with httpx2.AsyncClient(base_url=url, timeout=20, trust_env=False) as client:
            while not asked_enough.is_set():
                begun = False
                try:
                    async with client.stream("GET", f"{V1}/projects/", params={"limit": 100}) as answer:
                        begun = True
                        text = await answer.aread()
                        answers["whole" if answer.status_code == 200 and "items" in answer.json() else str(text)] += 1
                except httpx2.ConnectError:
                    answers["refused"] += 1
                    await asyncio.sleep(0.1)
                except httpx2.TransportError as error:
                    answers[f"half: {error}" if begun else "none"] += 1

    asked_enough = asyncio.Event()
    seconds = []
    async with listeners(house, caller) as hearing:
        async with traffic(caller) as others, asyncio.TaskGroup() as asking:
            for api in house.apis:
                asking.create_task(ask(api.component.address))
            for turn in range(times):
                await asyncio.sleep(proof.random.uniform(0.5, 1.5))
                seconds.append(await house.apis[turn % len(house.apis)].end(signal.SIGTERM))
            asked_enough.set()
        heard = sum([await each.all_heard() for each in hearing])
        closes = sum((each.closed for each in hearing), Counter[int]())
    proof.row(
        "SIGTERM of an api while it is asked and listened to",
        times,
        "no half answer; sockets are told to come back (1012), and miss nothing",
        f"answers {dict(answers)}; closes {dict(closes)}; {heard} events heard once; ended "
        f"after {max(seconds):.1f} s at most; {await audit(house, others.deliveries)}",
    )
    assert set(answers) <= {"whole", "none", "refused"}
    assert answers["whole"] > answers["none"]
    assert answers["none"] <= times  # the one that asks may meet the moment in which the api stops to listen
    assert set(closes) == {1012}
    assert max(seconds) < API_SECONDS


@pytest.mark.item(2)
async def test_a_decision_that_an_ending_api_has_taken_is_answered(house: House, caller: Caller, proof: Proof) -> None:
    """The slowest of calls: it waits for its outcome, which no worker is there to bring about."""
    proof.of_the_whole_form()
    deliveries = [Delivery(caller, pipeline="one-gate") for _ in range(20)]
    await asyncio.gather(*(each.begin() for each in deliveries))
    requests = [await each.request() for each in deliveries]
    (api, *_) = house.apis

    async def respond(client: httpx2.AsyncClient, request_id: str, delivery: Delivery) -> int:
        answer = await client.post(f"{V1}/hitl/{request_id}/respond", json={"action": "approve"})
        delivery.acknowledged[request_id] = answer.json()["decision_id"]
        return answer.status_code

    for worker in house.workers:
        await worker.stop()
    async with house.client(api) as client:
        responding = [asyncio.create_task(respond(client, *each)) for each in zip(requests, deliveries, strict=True)]
        await asyncio.sleep(proof.random.uniform(0.5, 1.5))
        ending = asyncio.create_task(api.end(signal.SIGTERM))
        statuses = Counter(await asyncio.gather(*responding))
        await ending
    await house.whole()
    for each in deliveries:
        await each.ended()
    proof.row(
        "SIGTERM of an api that waits for the outcome of decisions",
        len(deliveries),
        "each is answered, and applied",
        f"answers {dict(statuses)}; {await audit(house, deliveries)}",
    )
    assert set(statuses) == {202}
