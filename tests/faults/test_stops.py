"""Everything is stopped while many steps ask a model, run code in the sandbox, or wait for a retry; also while Temporal
answers nothing. Within 5 s nothing runs, the provider sees no further call, and each step then continues."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any

import psutil
import pytest
import pytest_asyncio

from tests.faults.deliveries import Caller
from tests.faults.fault_stack import FaultStack
from tests.faults.model_worker import environment, only_worker
from tests.faults.supervised_process import SupervisedProcess
from tests.faults.test_killed_model_step import BUDGET, CODE, RESERVED, start, wait_until_completed
from tests.provider import KEY, Fault, Provider, Script, Turn, running
from tests.provider.scripts import call
from tests.proving import Proof
from tests.waiting import eventually

WITHIN_SECONDS = 5.0
BUSY_SECONDS = 10.0
"""What the short form allows in addition: the machine may be busy."""
QUIET_SECONDS = 6.0
"""For how long no call may come after that: longer than the time between two tries of a call, or of a step."""

SLOW_TEST = '''\
import time, unittest
from guests import entry

class Entry(unittest.TestCase):
    def test_r1_entry(self):
        """R1"""
        time.sleep(25)
        self.assertEqual(entry("Ada"), "Ada was there")
'''
FAST_TEST = SLOW_TEST.replace("        time.sleep(25)\n", "")
SPENT = "SELECT coalesce(sum(cost_usd), 0) AS usd FROM transcript"
TASKS = "SELECT status, failures, round FROM task WHERE project_id = ANY(%s)"


def script(test: str, seconds: float = 0.2) -> Script:
    calls = (
        (call("list_files"),),
        (call("write_file", path="guests.py", content=CODE), call("write_file", path="tests/test_g.py", content=test)),
        (call("run_tests"),),
        (call("finish", summary="Guests leave a word."),),
    )
    turns = [Turn(calls=each, seconds=seconds).model_dump() for each in calls]
    return Script.model_validate({"conversations": {"build": turns}})


async def stop_all(caller: Caller) -> str:
    answer = await caller.call("POST", "/stops/", json={"scope": "all", "reason": "Too dear."})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["stop_id"])


async def release(caller: Caller, stop_id: str) -> None:
    answer = await caller.call("POST", f"/stops/{stop_id}/release", json={"reason": "Enough money."})
    assert answer.status_code == 200, answer.text


async def quiet_after(provider: Provider, seconds: float) -> float:
    """Return after how long the last call ended, `seconds` at most. No call may follow."""
    began = time.monotonic()
    took, total = 0.0, provider.calls.total
    while (now := time.monotonic() - began) < seconds + QUIET_SECONDS:
        if provider.calls.in_flight or provider.calls.total != total:
            took, total = now, provider.calls.total
        assert took < seconds, f"{provider.calls.in_flight} calls in flight after {took:.1f} s"
        await asyncio.sleep(0.05)
    return took


async def audit(stack: FaultStack, projects: list[str], before: dict[str, Any]) -> None:
    """Check that no step counted a failure, and that what was paid is booked and nothing is reserved."""
    rows = await stack.rows(TASKS, projects)
    assert {(row["status"], row["failures"], row["round"]) for row in rows} == {("completed", 0, 1)}
    for project in projects:
        assert (await stack.rows(RESERVED, project))[0]["usd"] == 0
    after = (await stack.rows(BUDGET))[0]
    assert after["reserved"] == pytest.approx(0)
    spent = (await stack.rows(SPENT))[0]["usd"] - before["usd"]
    assert after["spent"] - before["spent"] == pytest.approx(spent)


async def totals(stack: FaultStack) -> dict[str, Any]:
    return {**(await stack.rows(BUDGET))[0], **(await stack.rows(SPENT))[0]}


@pytest_asyncio.fixture(autouse=True)
async def _nothing_stays_stopped(stack: FaultStack) -> AsyncIterator[None]:
    yield
    await stack.execute("UPDATE stop SET released_at = now() WHERE released_at IS NULL")


@pytest.mark.item(34)
@pytest.mark.timeout(900)
@pytest.mark.parametrize("temporal_answers", [True, False])
async def test_a_stop_ends_many_calls_in_flight_also_while_temporal_answers_nothing(
    stack: FaultStack, caller: Caller, proof: Proof, temporal_answers: bool
) -> None:
    count, seconds = proof.times(full=50, short=50 if temporal_answers else 8), WITHIN_SECONDS
    seconds += 0 if proof.is_full else BUSY_SECONDS
    variables = {"BOTARMY_DAILY_BUDGET": "1000"}
    async with running(script(FAST_TEST)) as provider, only_worker(stack, environment(provider, KEY, KEY) | variables):
        before = await totals(stack)
        provider.faults.arm(Fault(kind="hang", conversation="build", turn=2))
        projects = await asyncio.gather(*(start(caller) for _ in range(count)))

        async def all_hang() -> bool:
            return provider.calls.in_flight == count

        await eventually(all_hang, 240)
        async with nullcontext() if temporal_answers else stack.temporal.paused():
            stop_id = await stop_all(caller)
            took = await quiet_after(provider, seconds)
        provider.faults.clear()
        asked = provider.calls.total
        await release(caller, stop_id)
        await asyncio.gather(*(wait_until_completed(caller, each) for each in projects))
        later = provider.calls.total - asked
    state = "" if temporal_answers else ", while Temporal is suspended"
    proof.row(
        f"stop of everything with {count} steps in flight{state}",
        count,
        "no call within 5 s and until the release; each step continues; what was used is booked",
        f"the last call ended after {took:.1f} s; {asked} calls before, {later} after the release",
    )
    assert later == 3 * count  # from the turn that was cut off
    await audit(stack, projects, before)


@pytest.mark.item(34)
@pytest.mark.timeout(600)
async def test_a_stop_ends_a_run_in_the_sandbox_which_is_run_again(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    seconds = WITHIN_SECONDS + (0 if proof.is_full else BUSY_SECONDS)
    async with running(script(SLOW_TEST)) as provider, only_worker(stack, environment(provider, KEY, KEY)) as worker:
        before = await totals(stack)
        idle = processes_of(worker)
        project = await start(caller)

        async def tests_run() -> bool:
            return provider.calls.total == 3 and not provider.calls.in_flight and processes_of(worker) > idle

        await eventually(tests_run)
        stop_id = await stop_all(caller)
        began = time.monotonic()

        async def nothing_runs() -> bool:
            return processes_of(worker) <= idle

        await eventually(nothing_runs, seconds)
        took = time.monotonic() - began
        await quiet_after(provider, seconds)
        await release(caller, stop_id)
        await wait_until_completed(caller, project)
        asked = provider.calls.total
    proof.row(
        "stop of everything during a run of tests in the sandbox",
        1,
        "no process of it within 5 s; the run is repeated after the release, and no call is",
        f"ended after {took:.1f} s; {asked} calls",
    )
    assert asked == 4
    await audit(stack, [project], before)


@pytest.mark.item(34)
@pytest.mark.timeout(600)
async def test_a_stop_between_two_tries_of_a_call_ends_them(stack: FaultStack, caller: Caller, proof: Proof) -> None:
    seconds = WITHIN_SECONDS + (0 if proof.is_full else BUSY_SECONDS)
    async with running(script(FAST_TEST)) as provider, only_worker(stack, environment(provider, KEY, KEY)):
        before = await totals(stack)
        provider.faults.arm(Fault(kind="unavailable", conversation="build", turn=2))
        project = await start(caller)

        async def retries() -> bool:
            return provider.calls.total >= 3  # the first turn, and two tries of the second

        await eventually(retries)
        stop_id = await stop_all(caller)
        took = await quiet_after(provider, seconds)
        provider.faults.clear()
        await release(caller, stop_id)
        await wait_until_completed(caller, project)
    proof.row(
        "stop of everything during the wait between two tries of a call",
        1,
        "no further try until the release; no failure is counted",
        f"quiet after {took:.1f} s",
    )
    await audit(stack, [project], before)


def processes_of(worker: SupervisedProcess) -> int:
    """How many processes the worker has started that still run."""
    return len(psutil.Process(worker.pid).children(recursive=True))
