"""Two workers spend the last cent of one budget, and are killed between reserving a call and settling it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from store import budget_scopes
from tests.faults.deliveries import SETTLED, Caller
from tests.faults.fault_stack import FaultStack
from tests.faults.model_worker import MODELS, PIPELINE, environment, only_worker
from tests.provider import KEY, Provider, Script, Turn, Usage, running
from tests.provider.scripts import call
from tests.proving import Proof
from tests.waiting import eventually

SECONDS = 0.2
"""How long the provider takes for each answer."""
INPUT, OUTPUT, MOST_OUTPUT = 1_000, 100, 1_000
USAGE = Usage(input=INPUT, output=OUTPUT)
PER_TOKEN = (1e-6, 2e-6)
PAID = INPUT * PER_TOKEN[0] + OUTPUT * PER_TOKEN[1]
"""US dollars that the provider counts for each call that it answers."""
FEW = tuple((call("list_files"),) for _ in range(3))
CODE = (call("write_file", path="word.py", content="def word():\n    return 1\n"),)
TEST = (
    call(
        "write_file",
        path="tests/test_word.py",
        content="import unittest\nfrom word import word\n\nclass Word(unittest.TestCase):\n"
        "    def test_r1(self):\n        self.assertEqual(word(), 1)\n",
    ),
)
END = ((call("run_tests"),), (call("finish", summary="It says a word."),))
CALLS = (*FEW, CODE, TEST, *END)
SCRIPT = Script.model_validate(
    {"conversations": {"build": [Turn(calls=calls, seconds=SECONDS, usage=USAGE).model_dump() for calls in CALLS]}}
)
BOOKED = """
SELECT spent_usd, reserved_usd, spent_tokens, reserved_tokens, spent_seconds, reserved_seconds FROM budget
WHERE scope = %s
"""
ENTRIES = """
SELECT kind, cost_usd, discarded FROM transcript JOIN task ON task.id = transcript.task_id
WHERE task.project_id = %s AND kind IN ('response', 'failed_call')
"""
RESERVED = "SELECT DISTINCT id FROM reservation"


async def start(caller: Caller, budget: str) -> str:
    body = {"name": "A word", "description": "# A word\n\nIt says a word.\n", "pipeline": PIPELINE, "model": MODELS[0]}
    answer = await caller.call("POST", "/projects/", json=body | {"budget": budget})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def settled(caller: Caller, project: str) -> dict[str, Any]:
    """Return the status of a project that has ended or asks a person."""

    async def look() -> dict[str, Any] | None:
        status = await caller.get(f"/projects/{project}/status")
        return status if status["status"] in (*SETTLED, "waiting") else None

    return await eventually(look)


async def booked(stack: FaultStack, scope: str) -> dict[str, float]:
    rows = await stack.rows(BOOKED, scope)
    return rows[0] if rows else dict.fromkeys(("spent_usd", "reserved_usd", "spent_tokens", "spent_seconds"), 0.0)


def variables(provider: Provider) -> dict[str, str]:
    return {**environment(provider, KEY, KEY), "BOTARMY_MODEL_OUTPUT_TOKENS": str(MOST_OUTPUT)}


@pytest.mark.item(33)
@pytest.mark.timeout(600)
async def test_two_workers_spend_the_last_cent_once(stack: FaultStack, caller: Caller, proof: Proof) -> None:
    projects, day = proof.times(full=12, short=4), budget_scopes.day(datetime.now(UTC))
    before = (await booked(stack, day))["spent_usd"]
    left = projects * len(CALLS) * PAID / 2
    for worker in stack.workers:
        await worker.stop()
    async with running(SCRIPT) as provider:
        own = variables(provider) | {"BOTARMY_DAILY_BUDGET": f"{before + left:.6f}usd"}
        workers = [await stack.add_worker(**own) for _ in range(2)]
        try:
            started = await asyncio.gather(*(start(caller, "1usd") for _ in range(projects)))
            ended = [await settled(caller, project) for project in started]
            asked = provider.calls.total
        finally:
            for worker in workers:
                await stack.remove(worker)
    after = await booked(stack, day)
    spent, gates = after["spent_usd"] - before, [one["open_requests"] for one in ended if one["status"] == "waiting"]
    proof.row(
        f"{projects} steps on two workers share a budget that suffices for half of their calls",
        asked,
        "what is booked is what the provider counted, and never more than the budget; who cannot continue asks",
        f"{1000 * spent:.2f} of {1000 * left:.2f} thousandths of a dollar, for {asked} calls; {len(gates)} gates",
    )
    assert spent == pytest.approx(asked * PAID)
    assert spent <= left + 1e-9
    assert after["reserved_usd"] == pytest.approx(0)
    assert gates
    for (request,) in gates:
        assert (request["reason"], request["shortage"]["kind"]) == ("budget", "day")
        assert request["shortage"]["spent"] + request["shortage"]["needs"] > request["shortage"]["limit"]


@pytest.mark.item(33)
@pytest.mark.timeout(1500)
async def test_a_worker_killed_between_reserving_and_settling_books_each_call_once(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    points = ["reserved", "asked", "answered"] * proof.times(full=20, short=1)
    proof.random.shuffle(points)
    day = budget_scopes.day(datetime.now(UTC))
    before, projects, kills = await booked(stack, day), list[str](), 0
    async with running(SCRIPT) as provider, only_worker(stack, variables(provider)) as worker:
        for point in points:
            if not projects or (await caller.get(f"/projects/{projects[-1]}/status"))["status"] in SETTLED:
                projects.append(await start(caller, "5usd,9mtok,9h"))
            await eventually(await reached(stack, provider, caller, projects[-1], point))
            worker.kill()
            kills += 1
        for project in projects:
            assert (await settled(caller, project))["status"] == "completed"
        asked = provider.calls.total
    entries = [row for project in projects for row in await stack.rows(ENTRIES, project)]
    stored = [row for row in entries if row["kind"] == "response" and row["discarded"] is None]
    lost = sum(row["cost_usd"] for row in entries if row["kind"] == "failed_call")
    after = await booked(stack, day)
    spent = after["spent_usd"] - before["spent_usd"]
    proof.row(
        "SIGKILL of the worker once a call is reserved, asked or answered",
        kills,
        "each call is booked once: with what the provider counted, or if it was lost, as it was reserved",
        f"{asked} calls in {len(projects)} projects: {len(stored)} stored, {len(entries) - len(stored)} lost; "
        f"{1000 * spent:.2f} thousandths of a dollar",
    )
    assert len(stored) == len(projects) * len(CALLS)
    assert asked <= len(entries)  # a call may also have been lost between its reservation and its request
    assert spent == pytest.approx(len(stored) * PAID + lost)
    assert spent >= asked * PAID - 1e-9
    assert (after["reserved_usd"], after["reserved_tokens"], after["reserved_seconds"]) == pytest.approx((0, 0, 0))
    assert await stack.rows(RESERVED) == []
    for project in projects:
        own = await booked(stack, budget_scopes.project(UUID(project)))
        role = await booked(stack, budget_scopes.role(UUID(project), "coder"))
        assert own == pytest.approx(role)
        assert own["spent_usd"] == pytest.approx(sum(row["cost_usd"] for row in await stack.rows(ENTRIES, project)))


async def reached(
    stack: FaultStack, provider: Provider, caller: Caller, project: str, point: str
) -> Callable[[], Awaitable[bool]]:
    """Return the condition that a call has reached a point since now, or that the project has ended."""
    since, known = provider.calls.total, await stack.rows(RESERVED)

    async def is_reached() -> bool:
        if point == "reserved" and any(each not in known for each in await stack.rows(RESERVED)):
            return True
        calls = list(provider.calls)[since:]
        if any(each.ended == "answered" if point == "answered" else each.ended is None for each in calls):
            return True
        return bool((await caller.get(f"/projects/{project}/status"))["status"] in SETTLED)

    return is_reached
