"""Idempotency keys, used many times at the same moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.abuse.place import Place
from tests.abuse.projects import BRIEF, V1, asked, get
from tests.proving import Proof

AT_ONCE = 50
Answer = tuple[int, str]


async def _all(place: Place, proof: Proof, keys: list[tuple[str, str]]) -> list[Answer]:
    """Start a project for each key and name at once, spread over the APIs at random; status and text of each answer."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(place.client(api)) for api in place.apis]

        async def post(client: httpx2.AsyncClient, key: str, name: str) -> Answer:
            body = {"name": name, "description": BRIEF, "oversight": "high"}
            answer = await client.post(f"{V1}/projects/", json=body, headers={"Idempotency-Key": key})
            return answer.status_code, answer.text

        return await asyncio.gather(*(post(proof.random.choice(clients), *each) for each in keys))


@pytest.mark.item(22)
async def test_a_key_used_at_once_starts_one_project(place: Place, proof: Proof) -> None:
    rounds = proof.times(20, 2)
    seen: Counter[int] = Counter()
    projects: list[set[str]] = []
    for number in range(rounds):
        answers = await _all(place, proof, [(f"key-{uuid4()}", f"Round {number}")] * AT_ONCE)
        seen.update(status for status, _ in answers)
        projects.append({text for _, text in answers})
    async with place.client() as http:
        listed = Counter(each["name"] for each in (await get(http, "/projects/", limit=200))["items"])
    started = Counter({f"Round {number}": listed[f"Round {number}"] for number in range(rounds)})
    proof.row(
        f"the same start {AT_ONCE} times at once with one Idempotency-Key, over {len(place.apis)} api processes",
        rounds,
        "one project each, and 50 times the same 201",
        f"{started.total()} projects; {', '.join(f'{status} x {count}' for status, count in seen.items())}",
    )
    assert seen == {201: AT_ONCE * rounds}
    assert [len(answers) for answers in projects] == [1] * rounds
    assert set(started.values()) == {1}


@pytest.mark.item(22)
async def test_a_key_with_two_bodies_at_once_starts_one_of_them(place: Place, proof: Proof) -> None:
    rounds = proof.times(20, 2)
    seen: Counter[int] = Counter()
    async with place.client() as http:
        for _ in range(rounds):
            key = f"key-{uuid4()}"
            names = [f"{each} {key}" for each in ("first", "second")]
            asked_for = [(key, name) for name in names] * (AT_ONCE // 2)
            proof.random.shuffle(asked_for)
            answers = await _all(place, proof, asked_for)
            seen.update(status for status, _ in answers)
            (winner,) = {text for status, text in answers if status == 201}
            for (_, name), (status, text) in zip(asked_for, answers, strict=True):
                if status != 201:
                    assert (status, "Idempotency-Key" in text, f'"name":"{name}"' in winner) == (422, True, False)
            again = await _all(place, proof, [(key, name) for name in names])
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
async def test_a_project_started_that_often_runs_once(place: Place, proof: Proof) -> None:
    """Its workflow, its first request, its events."""
    answers = await _all(place, proof, [(f"key-{uuid4()}", "Once")] * AT_ONCE)
    async with place.client() as http:
        project_id = str(UUID((await get(http, "/projects/", limit=1))["items"][0]["id"]))
        await asked(http, project_id, "discovery")
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
