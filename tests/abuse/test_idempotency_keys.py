"""Idempotency keys that are used many times at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.abuse.target import Target
from tests.api_client import BRIEF, V1, get, wait_for_request
from tests.proving import Proof

AT_ONCE = 50
Answer = tuple[int, str]


async def _start_all(target: Target, proof: Proof, keys: list[tuple[str, str]]) -> list[Answer]:
    """Start a project for each key and name at once, through random APIs. Returns status and text of each response."""
    async with AsyncExitStack() as exits:
        clients = [await exits.enter_async_context(target.client(api)) for api in target.apis]

        async def post(client: httpx2.AsyncClient, key: str, name: str) -> Answer:
            body = {"name": name, "description": BRIEF, "oversight": "high"}
            answer = await client.post(f"{V1}/projects/", json=body, headers={"Idempotency-Key": key})
            return answer.status_code, answer.text

        return await asyncio.gather(*(post(proof.random.choice(clients), *each) for each in keys))


@pytest.mark.item(22)
async def test_a_key_used_at_once_starts_one_project(target: Target, proof: Proof) -> None:
    rounds = proof.times(20, 2)
    seen: Counter[int] = Counter()
    projects: list[set[str]] = []
    for number in range(rounds):
        answers = await _start_all(target, proof, [(f"key-{uuid4()}", f"Round {number}")] * AT_ONCE)
        seen.update(status for status, _ in answers)
        projects.append({text for _, text in answers})
    async with target.client() as http:
        listed = Counter(each["name"] for each in (await get(http, "/projects/", limit=200))["items"])
    started = Counter({f"Round {number}": listed[f"Round {number}"] for number in range(rounds)})
    proof.row(
        f"the same start {AT_ONCE} times at once with one Idempotency-Key, through {len(target.apis)} API processes",
        rounds,
        "one project each, and the same 201 fifty times",
        f"{started.total()} projects; {', '.join(f'{status} x {count}' for status, count in seen.items())}",
    )
    assert seen == {201: AT_ONCE * rounds}
    assert [len(answers) for answers in projects] == [1] * rounds
    assert set(started.values()) == {1}


@pytest.mark.item(22)
async def test_a_key_with_two_bodies_at_once_starts_one_of_them(target: Target, proof: Proof) -> None:
    rounds = proof.times(20, 2)
    seen: Counter[int] = Counter()
    async with target.client() as http:
        for _ in range(rounds):
            key = f"key-{uuid4()}"
            names = [f"{each} {key}" for each in ("first", "second")]
            attempts = [(key, name) for name in names] * (AT_ONCE // 2)
            proof.random.shuffle(attempts)
            answers = await _start_all(target, proof, attempts)
            seen.update(status for status, _ in answers)
            (winner,) = {text for status, text in answers if status == 201}
            for (_, name), (status, text) in zip(attempts, answers, strict=True):
                if status != 201:
                    assert (status, "Idempotency-Key" in text, f'"name":"{name}"' in winner) == (422, True, False)
            again = await _start_all(target, proof, [(key, name) for name in names])
            assert sorted(status for status, _ in again) == [201, 422]
            listed = [each["name"] for each in (await get(http, "/projects/", limit=10))["items"]]
            assert len([each for each in listed if each in names]) == 1
    proof.row(
        f"two different starts, {AT_ONCE // 2} times each at once, with one Idempotency-Key",
        rounds,
        "one project each; 201 for one of the two, 422 for the other",
        ", ".join(f"{status} x {count}" for status, count in sorted(seen.items())),
    )
    assert seen == {201: rounds * AT_ONCE // 2, 422: rounds * AT_ONCE // 2}


@pytest.mark.item(22)
async def test_a_project_started_many_times_runs_once(target: Target, proof: Proof) -> None:
    """It has one workflow, one first request and one set of events."""
    answers = await _start_all(target, proof, [(f"key-{uuid4()}", "Once")] * AT_ONCE)
    async with target.client() as http:
        project_id = str(UUID((await get(http, "/projects/", limit=1))["items"][0]["id"]))
        await wait_for_request(http, project_id, "discovery")
        log = (await get(http, f"/projects/{project_id}/events"))["items"]
    started = [each for each in log if each["event_type"] == "task_started"]
    proof.row(
        f"a project that was started {AT_ONCE} times with one key",
        len(answers),
        "its first step runs once",
        f"{len(started)} task_started in {len(log)} events",
    )
    assert [each["seq"] for each in log] == list(range(1, len(log) + 1))
    assert len(started) == 1
