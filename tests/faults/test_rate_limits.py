"""Many steps whose provider allows few calls: all are done, none waits longer than its share, and few are refused."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from pydantic import JsonValue

from tests.faults.deliveries import Caller
from tests.faults.fault_stack import FaultStack
from tests.faults.model_worker import MODELS, environment
from tests.faults.supervised_process import SupervisedProcess
from tests.faults.test_killed_model_step import wait_until_completed
from tests.provider import KEY, Conversation, Provider, RateLimit, Script, Turn, running
from tests.provider.scripts import call
from tests.proving import Proof
from tests.waiting import PATIENCE_SECONDS, eventually

NOTES = 10
"""The steps of a project, side by side: those of the pipeline `ten-notes`."""
SECONDS = 0.2
"""How long the provider takes for each answer."""


def _submits(n: int) -> Conversation:
    note: dict[str, JsonValue] = {f"note_{n}": {"markdown": "A note. " * 20}}
    return Conversation(turns=(Turn(calls=(call("submit", **note),), seconds=SECONDS),))


SCRIPT = Script(conversations={f"note-{n}": _submits(n) for n in range(1, NOTES + 1)})
JOINING_SECONDS = 2.0
"""How long a step may take to ask for its turn, on a busy machine."""
STEPS = """
SELECT project_id::text AS project, stage, failures, extract(epoch FROM created_at)::float8 AS started FROM task
WHERE project_id = ANY(%s::uuid[])
"""


@asynccontextmanager
async def two_workers(stack: FaultStack, provider: Provider, limits: str) -> AsyncIterator[list[SupervisedProcess]]:
    """Run two workers that know the provider's limit; the stack's own are stopped until it is restored."""
    for worker in stack.workers:
        await worker.stop()
    variables = environment(provider, KEY, KEY) | {
        "BOTARMY_MODEL_LIMITS": f"{MODELS[0]}={limits}",
        "BOTARMY_DAILY_BUDGET": "1000",
    }
    workers = [await stack.add_worker(**variables) for _ in range(2)]
    try:
        yield workers
    finally:
        for worker in workers:
            await stack.remove(worker)


@dataclass
class Waits:
    """How long steps waited for their call: the longest wait in seconds, and the most calls beyond a share.

    Its share is that each other project has one call for each of its own: for those that its project made meanwhile,
    and for this one.
    """

    seconds: float
    beyond_share: int


def waits(provider: Provider, steps: list[dict[str, object]], names: dict[str, str]) -> Waits:
    answered = [
        (each.at, next(project for project, name in names.items() if name in str(each.body)), each.conversation)
        for each in provider.calls
        if each.status == 200
    ]
    at = {(project, str(conversation).partition("#")[0]): when for when, project, conversation in answered}
    longest, beyond = 0.0, 0
    for step in steps:
        own, started = str(step["project"]), float(str(step["started"]))
        ended = at[own, str(step["stage"])]
        before = Counter(project for when, project, _ in answered if started < when < ended)
        others = max((count for project, count in before.items() if project != own), default=0)
        longest, beyond = max(longest, ended - started), max(beyond, others - (before[own] + 1))
    return Waits(longest, beyond)


@pytest.mark.item(35)
@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", ["none", "a worker is killed", "Redis is stopped"])
async def test_steps_beyond_the_rate_limit_wait_for_their_share_and_none_fails(
    stack: FaultStack, caller: Caller, proof: Proof, fault: str
) -> None:
    projects = 20 if proof.is_full and fault == "none" else 4
    allowed, seconds = (60, 60.0) if proof.is_full and fault == "none" else (10, 1.0)
    limit, steps = RateLimit(allowed, seconds), projects * NOTES
    async with (
        running(SCRIPT, limit=limit) as provider,
        two_workers(stack, provider, f"{allowed}{'rpm' if seconds == 60 else 'rps'}") as workers,
    ):
        names = {await start(caller, name): name for name in (f"Notes {number:03}" for number in range(projects))}

        async def has_begun() -> bool:
            return limit.allowed >= steps // 4

        patience = PATIENCE_SECONDS + 2 * steps * seconds / allowed
        await eventually(has_begun, patience)
        if fault == "a worker is killed":
            workers[0].kill()
        elif fault == "Redis is stopped":
            async with stack.redis.stopped(signal.SIGKILL):
                await asyncio.sleep(2)  # in which steps continue
        for each in names:
            await wait_until_completed(caller, each, patience)
        found = await stack.rows(STEPS, list(names))
        waited = waits(provider, found, names)
        logged = [stack.log(worker).count("limiter_without_redis") for worker in workers]
        begun, ended = min(each.at for each in provider.calls), max(each.at for each in provider.calls)
    proof.row(
        f"{steps} steps of {projects} projects, each with a call, of a provider that allows {allowed} in "
        f"{seconds:.0f} s; {fault}",
        steps,
        "none fails; before each call of a project, each other one has one call; a few calls are refused",
        f"{limit.allowed} calls answered in {ended - begun:.0f} s, {limit.refused} refused; the longest wait "
        f"{waited.seconds:.0f} s; another project had {waited.beyond_share} calls more than that at most",
    )
    assert [each["failures"] for each in found] == [0] * steps
    assert limit.allowed <= steps + (NOTES if fault == "a worker is killed" else 0)  # calls that died with the worker
    assert limit.refused <= steps // 4
    if fault == "none":
        assert limit.refused <= max(3, steps // 20)
        # A step asks for its first turn a moment after it was started.
        assert waited.beyond_share <= 2 + JOINING_SECONDS * allowed / seconds
    if fault == "Redis is stopped":
        assert max(logged) == 1


async def start(caller: Caller, name: str) -> str:
    body = {"name": name, "description": f"# {name}\n\nTake notes.\n", "pipeline": "ten-notes", "model": MODELS[0]}
    answer = await caller.call("POST", "/projects/", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
