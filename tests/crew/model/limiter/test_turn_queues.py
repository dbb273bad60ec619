"""Turns: the same for the queue in Redis, the one for all workers, and the one in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from cli.stack.embedded import Servers
from config.rate_limits import RateLimit
from crew.model.limiter import memory_queue, redis_queue
from crew.model.limiter.memory_queue import MemoryQueue
from crew.model.limiter.pace import Pace
from crew.model.limiter.redis_queue import RedisQueue
from crew.model.limiter.turn_queue import Granted, TurnQueue, Wait, Waiter
from tests.waiting import eventually

FREE = Pace()
SLOW = Pace(interval=3600)
"""Nobody gets a second turn in a test."""

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest_asyncio.fixture(params=["redis", "memory"])
async def queue(request: pytest.FixtureRequest, servers: Servers) -> AsyncIterator[TurnQueue]:
    if request.param == "memory":
        yield MemoryQueue()
        return
    queue = RedisQueue(servers.redis, f"t{uuid4().hex}")
    yield queue
    await queue.close()


async def turn(queue: TurnQueue, waiter: Waiter, pace: Pace = FREE, tokens: int = 0) -> Granted:
    """Wait for a turn as a step does."""
    while isinstance(answer := await queue.acquire("k", waiter, pace, tokens), Wait):
        await asyncio.sleep(answer.poll)
    return answer


def of(project: UUID, count: int = 1) -> list[Waiter]:
    return [Waiter(project, UUID(int=1000 * project.int + number)) for number in range(count)]


def most_in(turns: Sequence[Granted], seconds: float) -> int:
    """Return how many turns there were in any window of this length."""
    return max(sum(first.at <= each.at < first.at + seconds for each in turns) for first in turns)


async def test_no_window_has_more_turns_than_the_limit_allows(queue: TurnQueue) -> None:
    limit = RateLimit(requests=40, seconds=1)
    pace = Pace.of(limit)
    assert pace.burst == 2
    turns = await asyncio.gather(*(turn(queue, each, pace) for each in of(A, 60)))
    assert most_in(turns, 1) <= 40
    assert max(each.at for each in turns) - min(each.at for each in turns) < 60  # and they do get their turns


async def test_a_project_with_500_waiting_calls_delays_another_ones_first_call_by_one_turn(queue: TurnQueue) -> None:
    await queue.acquire("k", of(C)[0], SLOW, 0)
    for each in of(A, 500):
        assert isinstance(await queue.acquire("k", each, SLOW, 0), Wait)
    (newcomer,) = of(B)
    wait = await queue.acquire("k", newcomer, SLOW, 0)
    assert isinstance(wait, Wait)
    assert wait.expected == pytest.approx(2 * SLOW.interval, rel=0.01)  # after one call of the other project


async def test_projects_that_wait_take_turns_and_each_keeps_its_own_order(queue: TurnQueue) -> None:
    pace = Pace(interval=0.05)
    order: list[Waiter] = []

    async def take(waiter: Waiter) -> None:
        await turn(queue, waiter, pace)
        order.append(waiter)

    await queue.acquire("k", of(C)[0], SLOW, 0)
    waiting = []
    for each in (*of(A, 6), *of(B, 3)):
        assert isinstance(await queue.acquire("k", each, SLOW, 0), Wait)
        waiting.append(each)
    await queue.give_back("k", SLOW, Granted(0.0, 0.0, isinstance(queue, MemoryQueue)))
    await asyncio.gather(*map(take, waiting))
    a, b = of(A, 6), of(B, 3)
    assert set(order[:6]) == {*a[:3], *b}
    assert [each for each in order if each.project_id == A] == a
    assert [each for each in order if each.project_id == B] == b


async def test_calls_that_leave_do_not_delay_the_others_of_their_project(queue: TurnQueue) -> None:
    await queue.acquire("k", of(C)[0], SLOW, 0)
    a = of(A, 20)
    for each in (*a, *of(B, 2)):
        await queue.acquire("k", each, SLOW, 0)
    for each in a[:19]:
        await queue.leave("k", each)
    wait = await queue.acquire("k", a[19], SLOW, 0)
    assert isinstance(wait, Wait)
    assert wait.expected <= 2.01 * SLOW.interval


async def test_a_call_that_does_not_ask_any_more_delays_nobody_and_keeps_its_place(queue: TurnQueue) -> None:
    pace = Pace(interval=0.2)
    dead, alive = of(A, 2)
    await queue.acquire("k", of(C)[0], pace, 0)
    for each in (dead, alive):
        assert isinstance(await queue.acquire("k", each, pace, 0), Wait)
    await turn(queue, alive, pace)  # though the other one is first
    later = of(A, 3)[2]
    assert isinstance(await queue.acquire("k", later, pace, 0), Wait)
    revived, last = await asyncio.gather(turn(queue, dead, pace), turn(queue, later, pace))
    assert revived.at < last.at


async def test_the_place_of_a_call_that_does_not_ask_any_more_ends(
    queue: TurnQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    constants = json.loads(redis_queue.CONSTANTS)
    monkeypatch.setattr(redis_queue, "CONSTANTS", json.dumps({**constants, "kept_seconds": 0.0}))
    monkeypatch.setattr(memory_queue, "KEPT_SECONDS", 0.0)
    dead, other = of(A, 2)
    await queue.acquire("k", of(C)[0], SLOW, 0)
    await queue.acquire("k", dead, SLOW, 0)
    await queue.away("k", dead)

    async def is_first() -> bool:
        wait = await queue.acquire("k", other, SLOW, 0)
        return isinstance(wait, Wait) and wait.expected <= SLOW.interval

    await eventually(is_first)
    await queue.away("k", other)
    wait = await queue.acquire("k", dead, SLOW, 0)
    assert isinstance(wait, Wait)


async def test_a_call_that_is_away_is_passed_at_once(queue: TurnQueue) -> None:
    pace = Pace(interval=0.1)
    first, second = of(A, 2)
    await queue.acquire("k", of(C)[0], SLOW, 0)
    for each in (first, second):
        await queue.acquire("k", each, SLOW, 0)
    await queue.away("k", first)
    await queue.give_back("k", SLOW, Granted(0.0, 0.0, isinstance(queue, MemoryQueue)))
    assert isinstance(await queue.acquire("k", second, pace, 0), Granted)


async def test_a_refusal_pauses_everyone_and_calls_resume_at_the_pace(queue: TurnQueue) -> None:
    pace = Pace(interval=0.02, burst=5)
    granted = await turn(queue, of(C)[0], pace)
    await queue.refuse("k", pace, granted, 0.6)
    await queue.refuse("k", pace, granted, 0.2)  # the longer pause holds
    wait = await queue.acquire("k", of(B)[0], pace, 0)
    assert isinstance(wait, Wait)
    assert 0.2 < wait.paused <= 0.6
    turns = sorted([each.at for each in await asyncio.gather(*(turn(queue, each, pace) for each in of(A, 5)))])
    assert turns[0] >= granted.at + 0.6
    assert min(after - before for before, after in pairwise(turns)) >= 0.02  # no burst, and slower than before


async def test_without_a_limit_the_pace_is_learned_from_refusals(queue: TurnQueue) -> None:
    turns = [await turn(queue, each) for each in of(A, 60)]
    for each in turns[30:]:  # the provider allows 30 a minute
        await queue.refuse("k", FREE, each, 0.05)
    first = await turn(queue, of(B)[0])
    wait = await queue.acquire("k", of(B, 2)[1], FREE, 0)
    assert first.at >= turns[-1].at + 0.05
    assert isinstance(wait, Wait)
    assert 1.5 < wait.expected < 2.5


async def test_many_refusals_of_calls_that_were_made_before_the_first_slow_calls_down_once(queue: TurnQueue) -> None:
    pace = Pace(interval=0.001, burst=50)
    turns = [await turn(queue, each, pace) for each in of(A, 20)]
    for each in turns:
        await queue.refuse("k", pace, each, 0.0)
    await turn(queue, of(B)[0], pace)
    wait = await queue.acquire("k", of(B, 2)[1], pace, 0)
    assert not isinstance(wait, Wait) or wait.expected < 0.01


async def test_tokens_are_reserved_before_a_call_and_corrected_after_it(queue: TurnQueue) -> None:
    pace = Pace(per_token=1.0)
    first = await turn(queue, of(A)[0], pace, 100)
    assert first.tokens == 100
    wait = await queue.acquire("k", of(B)[0], pace, 100)
    assert isinstance(wait, Wait)
    assert 90 < wait.expected < 95  # 6 s of unused tokens are kept
    await queue.settle("k", pace, first, 100, 10)
    second = await turn(queue, of(B)[0], pace, 100)
    assert second.tokens == pytest.approx(82)  # similar calls use less of theirs


async def test_a_call_that_failed_returns_its_tokens_and_says_nothing_about_others(queue: TurnQueue) -> None:
    pace = Pace(per_token=1.0)
    first = await turn(queue, of(A)[0], pace, 100)
    await queue.settle("k", pace, first, 100, 0)
    second = await turn(queue, of(B)[0], pace, 100)
    assert second.tokens == 100


async def test_a_turn_that_was_not_used_is_returned(queue: TurnQueue) -> None:
    granted = await turn(queue, of(A)[0], SLOW)
    await queue.give_back("k", SLOW, granted)
    assert isinstance(await queue.acquire("k", of(B)[0], SLOW, 0), Granted)


async def test_keys_do_not_share_turns(queue: TurnQueue) -> None:
    await turn(queue, of(A)[0], SLOW)
    assert isinstance(await queue.acquire("other", of(A)[0], SLOW, 0), Granted)


async def test_the_first_turn_is_given_at_once_for_every_key(queue: TurnQueue) -> None:
    pace = Pace(interval=1 / 3, burst=3)
    answers = [await queue.acquire(str(number), Waiter(A, uuid4()), pace, 0) for number in range(200)]
    assert all(isinstance(each, Granted) for each in answers)


async def test_rounding_delays_no_first_turn() -> None:
    """`now + 7200 - 7200` is later than `now` for a quarter of these."""
    pace = Pace(interval=3600, burst=3)
    for now in (11_277 + fraction / 997 for fraction in range(1000)):
        assert isinstance(await MemoryQueue(partial(float, now)).acquire("k", of(A)[0], pace, 0), Granted)
