"""Many people respond to one request at once through several APIs: one of them decides, and all see the same winner."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Awaitable
from contextlib import AsyncExitStack

import httpx2
import psycopg
import pytest
from uuid_utils.compat import uuid7

from tests.api_client import response_to
from tests.faults.deliveries import V1, Caller, Delivery, Json, brief
from tests.faults.fault_stack import FaultStack
from tests.faults.observed_outcome import ObservedOutcome, observe_outcome
from tests.proving import Proof
from tests.waiting import eventually

RESPONSES: list[Json] = [
    {"action": "approve"},
    {"action": "amend", "content": "# My plan\n"},
    {"action": "amend", "comment": "Try again."},
    {"action": "reject", "comment": "Not this year."},
]
STATUSES = {"approve": "approved", "amend": "amended", "reject": "rejected"}


async def _respond(client: httpx2.AsyncClient, request_id: str, body: Json, accepted: list[int]) -> httpx2.Response:
    """Respond, and repeat the response after a 202 until it is judged."""
    while True:
        answer = await client.post(f"{V1}/hitl/{request_id}/respond", json=body)
        if answer.status_code != 202:
            return answer
        accepted[0] += 1


async def _all_at_once(
    stack: FaultStack, choices: random.Random, request_id: str, people: int, accepted: list[int]
) -> tuple[Json, list[httpx2.Response]]:
    """Let everyone respond to a request. Returns the winning response and all answers of the APIs."""
    bodies = [
        {**RESPONSES[n % len(RESPONSES)], "responder": f"person {n}", "decision_id": str(uuid7())}
        for n in range(people)
    ]
    choices.shuffle(bodies)
    async with AsyncExitStack() as exits:
        clients = [await exits.enter_async_context(stack.client(api)) for api in stack.apis]
        asked = await response_to(clients[0], request_id)
        bodies = [asked | body for body in bodies]
        answers = await asyncio.gather(
            *(_respond(clients[n % len(clients)], request_id, body, accepted) for n, body in enumerate(bodies))
        )
    (won,) = (body for body, answer in zip(bodies, answers, strict=True) if answer.status_code == 200)
    return won, answers


def _asks_for_redo(won: Json) -> bool:
    return won["action"] == "amend" and "content" not in won


def _expected_outcome(won: Json, judged: int) -> ObservedOutcome:
    """Return the expected outcome of a request that this response won."""
    ended = "rejected" if won["action"] == "reject" else "waiting" if _asks_for_redo(won) else "completed"
    return ObservedOutcome(
        row=(STATUSES[won["action"]], won["decision_id"]),
        applied=(won["decision_id"],),
        events=(("hitl_response", won["decision_id"]),),
        project=ended,
        workflow=ended,
        judged=judged,
    )


async def _change_subject(stack: FaultStack, request_id: str, subject: str, meanwhile: Awaitable[object]) -> None:
    """Give a request another subject, under its lock; `meanwhile` happens before that is committed."""
    changed = "UPDATE hitl_request SET subject_hash = %s WHERE id = %s AND status = 'pending'"
    async with await psycopg.AsyncConnection.connect(stack.settings.database_url) as connection:
        await connection.execute(changed, (subject, request_id))
        await meanwhile


async def _wait_for_worker(stack: FaultStack) -> None:
    """Wait until a worker waits for the lock of a request's row."""
    waiting = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

    async def waits() -> bool:
        (row,) = await stack.rows(waiting)
        return bool(row["n"])

    await eventually(waits)


async def _decide_while_it_changes(
    stack: FaultStack, choices: random.Random, request_id: str, people: int, each: int
) -> list[tuple[Json, httpx2.Response]]:
    """Let people decide several times each. The first half is on the way to a worker when the subject changes, and that
    worker is killed; the other worker is killed while the rest is recorded. Returns each response with its answer."""
    async with AsyncExitStack() as exits:
        clients = [await exits.enter_async_context(stack.client(api)) for api in stack.apis]
        seen = (await response_to(clients[0], request_id))["subject_hash"]
        later = hashlib.sha256(seen.encode()).hexdigest()
        sending: list[asyncio.Task[httpx2.Response]] = []
        bodies: list[Json] = []

        def send(subject: str) -> None:
            for _ in range(people * each // 2):
                person = f"person {len(bodies) % people}"
                own = {"responder": person, "decision_id": str(uuid7()), "subject_hash": subject}
                bodies.append(choices.choice(RESPONSES) | own)
                client = clients[len(bodies) // people % len(clients)]
                sending.append(asyncio.create_task(_respond(client, request_id, bodies[-1], [0])))

        async def send_and_kill() -> None:
            send(seen)
            await _wait_for_worker(stack)
            stack.workers[0].kill()

        await _change_subject(stack, request_id, later, send_and_kill())
        send(later)
        await asyncio.sleep(choices.uniform(0, 0.5))  # anywhere in what follows
        stack.workers[1].kill()
        await asyncio.gather(*(worker.wait_until_ready() for worker in stack.workers))
        return list(zip(bodies, await asyncio.gather(*sending), strict=True))


@pytest.mark.item(11)
async def test_of_200_decisions_while_the_subject_changes_and_workers_are_killed_one_decides(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    times, people, each = proof.times(full=5, short=1), 20, 10
    codes: Counter[str] = Counter()
    judged = 0
    for _ in range(times):
        delivery = Delivery(caller, brief(0), "one-gate")
        await delivery.start()
        request_id = await delivery.request()
        answers = await _decide_while_it_changes(stack, proof.random, request_id, people, each)
        codes += Counter("applied" if one.status_code == 200 else one.json()["code"] for _, one in answers)
        (won,) = (body for body, answer in answers if answer.status_code == 200)
        found = await observe_outcome(stack, delivery.id, request_id)
        assert found == _expected_outcome(won, found.judged)
        (row,) = await stack.rows("SELECT subject_hash FROM hitl_request WHERE id = %s", request_id)
        assert won["subject_hash"] == row["subject_hash"] != answers[0][0]["subject_hash"]
        judged += found.judged
    proof.row(
        f"{people} people decide {people * each} times at once through {len(stack.apis)} APIs; the subject changes, "
        "and both workers are killed",
        times,
        "one winner, on the new subject; the others are stale or too late; workflow, row and events agree",
        f"answers {dict(codes)}; {judged} signals, each judged and recorded; all agree",
    )
    assert codes["applied"] == times
    assert set(codes) <= {"applied", "stale", "already_decided"}


@pytest.mark.item(11)
async def test_one_of_many_simultaneous_responses_through_several_apis_decides(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    times, people, accepted = proof.times(full=12, short=2), proof.times(full=200, short=60), [0]
    await stack.add_api()
    codes: Counter[int] = Counter()
    winners: Counter[str] = Counter()
    judged = 0
    for _ in range(times):
        delivery = Delivery(caller, brief(0), "one-gate")
        await delivery.start()
        request_id = await delivery.request()
        won, answers = await _all_at_once(stack, proof.random, request_id, people, accepted)
        codes += Counter(answer.status_code for answer in answers)
        winners["redo" if _asks_for_redo(won) else won["action"]] += 1
        losers = [answer.json() for answer in answers if answer.status_code == 409]
        assert {(loser["decision"]["decision_id"], loser["decision"]["responder"]) for loser in losers} == {
            (won["decision_id"], won["responder"])
        }
        found = await observe_outcome(stack, delivery.id, request_id)
        assert found == _expected_outcome(won, found.judged)
        judged += found.judged
    proof.row(
        f"{people} people approve, amend and reject one request at once, through {len(stack.apis)} APIs",
        times,
        "one winner; 409 that names the winner for all others; workflow, row and events agree",
        f"answers {dict(codes)}, {accepted[0]} of them after a 202; won by {dict(winners)}; "
        f"{judged} signals, each judged and recorded; all agree",
    )
    assert codes == {200: times, 409: times * (people - 1)}
