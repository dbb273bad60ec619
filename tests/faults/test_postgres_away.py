"""PostgreSQL is restarted, and killed: calls are put off, and all goes on by itself when it is back."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from tests.faults.books import audit
from tests.faults.deliveries import V1, Caller, Delivery, brief, traffic
from tests.faults.house import House
from tests.faults.supervised import Supervised
from tests.proving import Proof
from tests.waiting import eventually

RECOVERY_SECONDS = 10.0


async def _put_off(house: House) -> None:
    """Return when every API answers that the database is away, as it should."""

    async def look() -> bool:
        for api in house.apis:
            async with house.client(api) as client:
                answer = await client.get(f"{V1}/projects/")
                if answer.status_code != 503:
                    return False
                assert int(answer.headers["retry-after"]) >= 1
                assert "database" in answer.json()["detail"]
                assert (await house.health(api))["database"] == "down"
                assert (await client.get("/health/")).status_code == 200
        return True

    await eventually(look)


async def _recovered(house: House, caller: Caller) -> float:
    """The seconds until every API is ready, and a new project has been delivered."""
    started = time.monotonic()

    async def ready() -> bool:
        answers = []
        for api in house.apis:
            async with house.client(api) as client:
                answers.append((await client.get("/health/ready")).status_code)
        return set(answers) == {200}

    await eventually(ready)
    await Delivery(caller, brief(0), "one-gate").run()
    return time.monotonic() - started


@pytest.mark.item(5)
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["restarted", "killed"])
async def test_calls_are_put_off_until_postgresql_is_back(
    house: House, caller: Caller, proof: Proof, end: signal.Signals
) -> None:
    if end is signal.SIGKILL:
        proof.of_the_whole_form()
    times = proof.times(full=5, short=1)
    ours = [*house.workers, *house.apis]
    pids = [our.pid for our in ours]
    seconds = []
    async with traffic(caller) as others:
        for _ in range(times):
            await asyncio.sleep(proof.random.uniform(0.5, 2))
            if end is signal.SIGKILL:
                house.postgres.kill()
                await house.postgres.serves()
            else:
                async with house.postgres.away():
                    await _put_off(house)
                    await asyncio.sleep(proof.random.uniform(0, 2))
            seconds.append(await _recovered(house, caller))
    proof.row(
        f"PostgreSQL {'killed' if end is signal.SIGKILL else 'restarted, and away for some seconds'}",
        times,
        f"503 with Retry-After; all well {RECOVERY_SECONDS:.0f} s after its return, without a restart; nothing twice",
        f"{caller.put_off} calls put off with 503; a new project delivered {max(seconds):.1f} s after its return at "
        f"most; {await audit(house, others.deliveries)}",
    )
    assert [our.pid for our in ours] == pids
    assert max(seconds) < RECOVERY_SECONDS


CALL_SECONDS, HEALTH_SECONDS = 5.0, 2.0
"""In which a call, and health, is answered."""
SLACK = 3.0
"""Seconds that the short form allows, beside which other work goes on."""


async def _answered(house: House, path: str, status: int) -> float:
    """The seconds until the slowest of the APIs has answered with that status."""

    async def one(api: Supervised) -> float:
        async with house.client(api) as client:
            began = time.monotonic()
            answer = await client.get(path)
            assert answer.status_code == status, answer.text
            return time.monotonic() - began

    return max(await asyncio.gather(*(one(api) for api in house.apis)))


@pytest.mark.item(5)
async def test_calls_are_put_off_while_postgresql_stands_still(house: House, caller: Caller, proof: Proof) -> None:
    spells = [30.0, 10.0, 5.0] if proof.whole else [0.0]
    calls, health, recovery = [], [], []
    async with traffic(caller) as others:
        for spell in spells:
            await asyncio.sleep(proof.random.uniform(0.5, 1))
            async with house.postgres.paused():
                until = time.monotonic() + spell
                while True:
                    calls.append(await _answered(house, f"{V1}/projects/", 503))
                    health.append(await _answered(house, "/health/ready", 503))
                    if time.monotonic() >= until:
                        break
            recovery.append(await _recovered(house, caller))
    proof.row(
        f"PostgreSQL stopped with SIGSTOP for {', '.join(f'{spell:.0f} s' for spell in spells)}",
        len(spells),
        f"503 within {CALL_SECONDS:.0f} s, health within {HEALTH_SECONDS:.0f} s; all well "
        f"{RECOVERY_SECONDS:.0f} s after",
        f"{len(calls)} calls in {max(calls):.1f} s at most, health in {max(health):.1f} s; a new project delivered "
        f"{max(recovery):.1f} s after; {await audit(house, others.deliveries)}",
    )
    slack = 0 if proof.whole else SLACK
    assert max(calls) < CALL_SECONDS + slack
    assert max(health) < HEALTH_SECONDS + slack
    assert max(recovery) < RECOVERY_SECONDS + slack
