"""A worker is killed at every point of a step that asks a model: nothing is paid or done twice, and the files are the
same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import product
from typing import Any

import pytest

from store.budgets import DIED
from tests.faults.deliveries import SETTLED, Caller
from tests.faults.fault_stack import FaultStack
from tests.faults.model_worker import MODELS, PIPELINE, environment, only_worker
from tests.provider import KEY, Provider, Script, Turn, running
from tests.provider.scripts import call
from tests.proving import Proof
from tests.waiting import PATIENCE_SECONDS, eventually

BRIEF = "# Guest book\n\nGuests leave a word.\n"
TEST = '''\
import time, unittest
from guests import entry

class Entry(unittest.TestCase):
    def test_r1_entry(self):
        """R1"""
        time.sleep(1)
        self.assertEqual(entry("Ada"), "Ada was here")
'''
CODE = 'def entry(name):\n    return f"{name} was there"\n'
SECONDS = 0.3
"""How long the provider takes for each answer."""

CALLS = (
    (call("list_files"),),
    (call("write_file", path="guests.py", content=CODE), call("write_file", path="tests/test_guests.py", content=TEST)),
    (call("read_file", path="guests.py"),),
    (call("run_tests"),),
    (call("replace", path="guests.py", old="there", new="here"),),
    (call("run_tests"),),
    (call("finish", summary="Guests leave a word."),),
)
SCRIPT = Script.model_validate(
    {"conversations": {"build": [Turn(calls=calls, seconds=SECONDS).model_dump() for calls in CALLS]}}
)
TESTING = (4, 6, 7)
"""The turns that run the tests, for a second."""
MOMENTS = ("asked", "answered", "working")

TRANSCRIPT = """
SELECT kind, call_id, cost_usd, CASE WHEN kind = 'response' THEN NULL ELSE body END AS body FROM transcript
WHERE task_id IN (SELECT id FROM task WHERE project_id = %s) AND discarded IS NULL ORDER BY position
"""
DISCARDED = """
SELECT kind, discarded, cost_usd FROM transcript
WHERE task_id IN (SELECT id FROM task WHERE project_id = %s) AND discarded IS NOT NULL
"""
RESERVED = """
SELECT coalesce(sum(amount_usd), 0) AS usd FROM reservation
WHERE task_id IN (SELECT id FROM task WHERE project_id = %s) AND starts_with(scope, 'day:')
"""
ATTEMPTS = "SELECT attempt FROM task WHERE project_id = %s"
BUDGET = """
SELECT coalesce(sum(spent_usd), 0) AS spent, coalesce(sum(reserved_usd), 0) AS reserved FROM budget
WHERE starts_with(scope, 'day:')
"""
FILES = "SELECT type, version, content_hash FROM artifact WHERE project_id = %s AND type = 'source_code'"


async def start(caller: Caller) -> str:
    body = {"name": "Guest book", "description": BRIEF, "pipeline": PIPELINE, "model": MODELS[0]}
    answer = await caller.call("POST", "/projects/", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def wait_until_completed(caller: Caller, project_id: str, seconds: float = PATIENCE_SECONDS) -> None:
    async def settled() -> dict[str, Any] | None:
        status = await caller.get(f"/projects/{project_id}/status")
        return status if status["status"] in (*SETTLED, "waiting") else None

    ended = await eventually(settled, seconds)
    assert ended["status"] == "completed", [each["question"] for each in ended["open_requests"]]


def reached(
    stack: FaultStack, provider: Provider, project_id: str, turn: int, moment: str, since: int
) -> Callable[[], Awaitable[bool]]:
    """Return the condition that the step has reached a moment of a turn, or one after it.

    Args:
        since: how many calls the provider had before the worker that is to be killed.
    """

    async def is_reached() -> bool:
        calls = [each for each in list(provider.calls)[since:] if each.turn is not None and each.turn >= turn]
        match moment:
            case "asked":
                return any(each.ended is None for each in calls)
            case "answered":
                return any(each.ended == "answered" for each in calls)
        rows = await stack.rows(TRANSCRIPT, project_id)
        return len([row for row in rows if row["kind"] == "response"]) >= turn

    return is_reached


@pytest.mark.item(1)
@pytest.mark.timeout(600)
async def test_a_step_that_is_killed_at_every_point_pays_once_and_writes_the_same_files(
    stack: FaultStack, caller: Caller, proof: Proof
) -> None:
    points = list(product(range(1, len(CALLS) + 1), MOMENTS))
    points = sorted(proof.random.sample(points, proof.times(full=20, short=3)), key=points.index)
    async with running(SCRIPT) as provider, only_worker(stack, environment(provider, KEY, KEY)) as worker:
        undisturbed = await start(caller)
        await wait_until_completed(caller, undisturbed)
        assert provider.calls.total == len(CALLS)
        before, abandoned = (await stack.rows(BUDGET))[0], 0.0
        provider.calls.clear()
        killed, since = await start(caller), 0
        for turn, moment in points:
            await eventually(reached(stack, provider, killed, turn, moment, since))
            if moment == "working":
                await asyncio.sleep(proof.random.uniform(0, 0.9 if turn in TESTING else 0.02))
            await worker.wait_until_ready()
            worker.kill()
            since = provider.calls.total
            await asyncio.sleep(SECONDS)  # PostgreSQL ends what the dead worker had begun; the next one is not up yet
            abandoned += (await stack.rows(RESERVED, killed))[0]["usd"]
        await wait_until_completed(caller, killed)
        asked = provider.calls.total
    ((attempts,),) = [tuple(row.values()) for row in await stack.rows(ATTEMPTS, killed)]
    expected, found = await stack.rows(TRANSCRIPT, undisturbed), await stack.rows(TRANSCRIPT, killed)
    paid, died = sum(row["cost_usd"] for row in found), await stack.rows(DISCARDED, killed)
    after = (await stack.rows(BUDGET))[0]
    proof.row(
        "SIGKILL of the worker at points of a step that asks a model: as it asks, as it is answered, as it runs a tool",
        len(points),
        "at most one more call for each attempt that died; no result twice; the same files; all reserved is booked",
        f"{len(CALLS)} calls undisturbed, {asked} in {attempts} attempts; {_results(found)} results, each once; "
        f"{1000 * paid:.2f} thousandths of a dollar for what is stored, {1000 * abandoned:.0f} for what died",
    )
    # On a busy machine an attempt may also be given up because its heartbeats are late.
    assert asked < len(CALLS) + attempts
    assert [_without_cost(row) for row in found] == [_without_cost(row) for row in expected]
    assert len({row["call_id"] for row in found if row["call_id"]}) == _results(found)
    assert await stack.rows(FILES, killed) == await stack.rows(FILES, undisturbed)
    assert after["reserved"] == pytest.approx(0)
    assert {row["kind"] for row in died} <= {"failed_call"}
    assert {row["discarded"] for row in died} <= {DIED}
    # The step knows of all that was booked for the day.
    assert after["spent"] - before["spent"] == pytest.approx(paid + sum(row["cost_usd"] for row in died))
    if attempts == len(points) + 1:
        assert sum(row["cost_usd"] for row in died) == pytest.approx(abandoned)


def _results(rows: list[dict[str, Any]]) -> int:
    return sum(row["kind"] == "tool_result" for row in rows)


def _without_cost(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "cost_usd"}
