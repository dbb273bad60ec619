"""PostgreSQL stops and the worker receives SIGTERM during calls of a model: what was paid is stored, and asked once."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from tests.faults.deliveries import Caller
from tests.faults.fault_stack import FaultStack
from tests.faults.model_worker import environment, only_worker
from tests.faults.test_killed_model_step import (
    ATTEMPTS,
    BUDGET,
    CALLS,
    DISCARDED,
    FILES,
    SCRIPT,
    TRANSCRIPT,
    reached,
    start,
    wait_until_completed,
)
from tests.provider import KEY, running
from tests.proving import Proof
from tests.waiting import eventually


@pytest.mark.item(5)
@pytest.mark.timeout(600)
async def test_a_step_whose_database_or_worker_stops_during_calls_pays_once(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    turns = sorted(proof.random.sample(range(1, len(CALLS) + 1), proof.times(full=6, short=3)))
    ended: list[float] = []
    async with running(SCRIPT) as provider, only_worker(stack, environment(provider, KEY, KEY)) as worker:
        undisturbed = await start(caller)
        await wait_until_completed(caller, undisturbed)
        assert provider.calls.total == len(CALLS)
        before = (await stack.rows(BUDGET))[0]
        provider.calls.clear()
        disturbed, since, terminated = await start(caller), 0, 0
        for number, turn in enumerate(turns):
            await eventually(reached(stack, provider, disturbed, turn, "asked", since))
            match number % 3:
                case 0:
                    async with stack.postgres.stopped():
                        await asyncio.sleep(2)
                case 1:
                    started = time.monotonic()
                    await worker.end(signal.SIGTERM)
                    ended.append(time.monotonic() - started)
                    terminated += 1
                case 2:
                    async with stack.postgres.paused():
                        await asyncio.sleep(3)
            since = provider.calls.total
        await wait_until_completed(caller, disturbed)
        asked = provider.calls.total
    ((attempts,),) = [tuple(row.values()) for row in await stack.rows(ATTEMPTS, disturbed)]
    found, lost = await stack.rows(TRANSCRIPT, disturbed), await stack.rows(DISCARDED, disturbed)
    after = (await stack.rows(BUDGET))[0]
    proof.row(
        "PostgreSQL stopped or suspended for some seconds, or SIGTERM of the worker, during calls of a model",
        len(turns),
        "at most one more call for each SIGTERM; no result twice; the same files; all that was reserved is booked",
        f"{len(CALLS)} calls undisturbed, {asked} in {attempts} attempts; {len(lost)} calls lost; the worker ended "
        f"within {max(ended, default=0):.1f} s",
    )
    assert asked <= len(CALLS) + max(terminated, attempts - 1)
    if attempts <= terminated + 1:  # on a busy machine an attempt may also be given up because its heartbeats are late
        assert (asked, lost) == (len(CALLS), [])  # a call that is running when its worker stops is stored
    results = [row["call_id"] for row in found if row["kind"] == "tool_result"]
    assert len(set(results)) == len(results) == sum(len(calls) for calls in CALLS)
    assert await stack.rows(FILES, disturbed) == await stack.rows(FILES, undisturbed)
    assert after["reserved"] == pytest.approx(0)
    assert after["spent"] - before["spent"] == pytest.approx(sum(row["cost_usd"] for row in (*found, *lost)))
