"""PostgreSQL is restarted, killed or suspended: calls are answered with 503, and work resumes by itself afterwards."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from tests.faults.deliveries import V1, Caller, Delivery, brief, traffic
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.faults.supervised_process import SupervisedProcess
from tests.proving import Proof
from tests.waiting import eventually

RECOVERY_SECONDS = 10.0


async def _wait_until_unavailable(stack: FaultStack) -> None:
    """Wait until every API reports that the database is unavailable."""

    async def look() -> bool:
        for api in stack.apis:
            async with stack.client(api) as client:
                answer = await client.get(f"{V1}/projects/")
                if answer.status_code != 503:
                    return False
                assert int(answer.headers["retry-after"]) >= 1
                assert "database" in answer.json()["detail"]
                assert (await stack.health(api))["database"] == "down"
                assert (await client.get("/health/")).status_code == 200
        return True

    await eventually(look)


async def _recover(stack: FaultStack, caller: Caller) -> float:
    """Return the seconds until every API is ready and a new project is delivered."""
    started = time.monotonic()

    async def ready() -> bool:
        answers = []
        for api in stack.apis:
            async with stack.client(api) as client:
                answers.append((await client.get("/health/ready")).status_code)
        return set(answers) == {200}

    await eventually(ready)
    await Delivery(caller, brief(0), "one-gate").run()
    return time.monotonic() - started


@pytest.mark.item(5)
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["restarted", "killed"])
async def test_calls_get_503_until_postgresql_is_back(
    stack: FaultStack, caller: Caller, proof: Proof, end: signal.Signals
) -> None:
    if end is signal.SIGKILL:
        proof.full_form_only()
    times = proof.times(full=5, short=1)
    processes = [*stack.workers, *stack.apis]
    pids = [our.pid for our in processes]
    seconds = []
    async with traffic(caller) as others:
        for _ in range(times):
            await asyncio.sleep(proof.random.uniform(0.5, 2))
            if end is signal.SIGKILL:
                stack.postgres.kill()
                await stack.postgres.wait_until_ready()
            else:
                async with stack.postgres.stopped():
                    await _wait_until_unavailable(stack)
                    await asyncio.sleep(proof.random.uniform(0, 2))
            seconds.append(await _recover(stack, caller))
    proof.row(
        f"PostgreSQL {'killed' if end is signal.SIGKILL else 'stopped for some seconds, and restarted'}",
        times,
        f"503 with Retry-After; recovery within {RECOVERY_SECONDS:.0f} s, without a restart; no duplicates",
        f"{caller.unavailable} calls answered with 503; a new project delivered within {max(seconds):.1f} s; "
        f"{await audit(stack, others.deliveries)}",
    )
    assert [our.pid for our in processes] == pids
    assert max(seconds) < RECOVERY_SECONDS


CALL_SECONDS, HEALTH_SECONDS = 5.0, 2.0
"""Time limits of a call, and of health."""
SLACK = 3.0
"""Additional seconds in the short form, on a busy machine."""


async def _seconds_to_answer(stack: FaultStack, path: str, status: int) -> float:
    """Return the seconds until the slowest API has answered with that status."""

    async def ask(api: SupervisedProcess) -> float:
        async with stack.client(api) as client:
            started = time.monotonic()
            answer = await client.get(path)
            assert answer.status_code == status, answer.text
            return time.monotonic() - started

    return max(await asyncio.gather(*(ask(api) for api in stack.apis)))


@pytest.mark.item(5)
async def test_calls_get_503_while_postgresql_is_suspended(stack: FaultStack, caller: Caller, proof: Proof) -> None:
    durations = [30.0, 10.0, 5.0] if proof.is_full else [0.0]
    calls, health, recovery = [], [], []
    async with traffic(caller) as others:
        for duration in durations:
            await asyncio.sleep(proof.random.uniform(0.5, 1))
            async with stack.postgres.paused():
                until = time.monotonic() + duration
                while True:
                    calls.append(await _seconds_to_answer(stack, f"{V1}/projects/", 503))
                    health.append(await _seconds_to_answer(stack, "/health/ready", 503))
                    if time.monotonic() >= until:
                        break
            recovery.append(await _recover(stack, caller))
    proof.row(
        f"PostgreSQL suspended with SIGSTOP for {', '.join(f'{duration:.0f} s' for duration in durations)}",
        len(durations),
        f"503 within {CALL_SECONDS:.0f} s, health within {HEALTH_SECONDS:.0f} s; recovery within "
        f"{RECOVERY_SECONDS:.0f} s",
        f"{len(calls)} calls in {max(calls):.1f} s at most, health in {max(health):.1f} s; a new project delivered "
        f"within {max(recovery):.1f} s; {await audit(stack, others.deliveries)}",
    )
    slack = 0 if proof.is_full else SLACK
    assert max(calls) < CALL_SECONDS + slack
    assert max(health) < HEALTH_SECONDS + slack
    assert max(recovery) < RECOVERY_SECONDS + slack
