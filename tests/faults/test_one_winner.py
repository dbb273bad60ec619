"""Many people respond to one request at once, through several APIs: one of them decides, and all are told the same."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack

import httpx2
import pytest
from uuid_utils.compat import uuid7

from tests.faults.deliveries import V1, Caller, Delivery, Json, brief
from tests.faults.house import House
from tests.faults.verdicts import Verdict, verdict
from tests.proving import Proof

WAYS: list[Json] = [
    {"action": "approve"},
    {"action": "amend", "content": "# My plan\n"},
    {"action": "amend", "comment": "Once more."},
    {"action": "reject", "comment": "Not this year."},
]
STATUSES = {"approve": "approved", "amend": "amended", "reject": "rejected"}


async def _respond(client: httpx2.AsyncClient, request_id: str, given: Json, put_off: list[int]) -> httpx2.Response:
    """Respond; where no worker was in time, say the same again until it is judged."""
    while True:
        answer = await client.post(f"{V1}/hitl/{request_id}/respond", json=given)
        if answer.status_code != 202:
            return answer
        put_off[0] += 1


async def _all_at_once(
    house: House, chance: random.Random, request_id: str, people: int, put_off: list[int]
) -> tuple[Json, list[httpx2.Response]]:
    """Everyone responds to a request; what the winner has said, and all the answers."""
    given = [{**WAYS[n % len(WAYS)], "responder": f"person {n}", "decision_id": str(uuid7())} for n in range(people)]
    chance.shuffle(given)
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(house.client(api)) for api in house.apis]
        answers = await asyncio.gather(
            *(_respond(clients[n % len(clients)], request_id, one, put_off) for n, one in enumerate(given))
        )
    (won,) = (one for one, answer in zip(given, answers, strict=True) if answer.status_code == 200)
    return won, answers


def _redoes(won: Json) -> bool:
    return won["action"] == "amend" and "content" not in won


def _expected(won: Json, judged: int) -> Verdict:
    """What everyone should say of a request that this response won."""
    ended = "rejected" if won["action"] == "reject" else "waiting" if _redoes(won) else "completed"
    return Verdict(
        row=(STATUSES[won["action"]], won["decision_id"]),
        applied=(won["decision_id"],),
        told=(("hitl_response", won["decision_id"]),),
        project=ended,
        workflow=ended,
        judged=judged,
    )


@pytest.mark.item(11)
async def test_of_many_who_respond_at_once_through_several_apis_one_decides(
    house: House, caller: Caller, proof: Proof
) -> None:
    times, people, put_off = proof.times(full=12, short=2), proof.times(full=200, short=60), [0]
    await house.add_api()
    codes: Counter[int] = Counter()
    winners: Counter[str] = Counter()
    judged = 0
    for _ in range(times):
        delivery = Delivery(caller, brief(0), "one-gate")
        await delivery.begin()
        request_id = await delivery.request()
        won, answers = await _all_at_once(house, proof.random, request_id, people, put_off)
        codes += Counter(answer.status_code for answer in answers)
        winners["redo" if _redoes(won) else won["action"]] += 1
        losers = [answer.json() for answer in answers if answer.status_code == 409]
        assert {(loser["decision"]["decision_id"], loser["decision"]["responder"]) for loser in losers} == {
            (won["decision_id"], won["responder"])
        }
        found = await verdict(house, delivery.id, request_id)
        assert found == _expected(won, found.judged)
        judged += found.judged
    proof.row(
        f"{people} approve, amend and reject one request at once, over {len(house.apis)} APIs",
        times,
        "one winner; all others 409, with the winner named; workflow, row and events agree",
        f"answers {dict(codes)}, {put_off[0]} of them after a 202; won by {dict(winners)}; "
        f"{judged} signals, each judged and written down; all agree",
    )
    assert codes == {200: times, 409: times * (people - 1)}
