"""Tasks and artifacts that are asked for again under their key are made once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest
import pytest_asyncio
from api_under_test import V1, Json, get, refused, start, until

from config.settings import Settings

pytestmark = pytest.mark.usefixtures("worker")

TASK: Json = {"agent_type": "analyst", "instructions": "List the risks of this brief."}
ARTIFACT: Json = {"type": "user_input", "name": "house rules", "content": "# House rules\n\n- No cookies.\n"}
KINDS = {"tasks": TASK, "artifacts": ARTIFACT}


@dataclass
class Caller:
    http: httpx2.AsyncClient
    project_id: str

    async def post(self, kind: str, body: Json, key: str | None, project_id: str | None = None) -> httpx2.Response:
        headers = {"Idempotency-Key": key} if key is not None else {}
        path = f"{V1}/projects/{project_id or self.project_id}/{kind}"
        return await self.http.post(path, json=body, headers=headers)

    async def count(self, kind: str) -> int:
        """How many there are that a person asked for."""
        if kind == "artifacts":
            items = (await get(self.http, f"/projects/{self.project_id}/artifacts", limit=200))["items"]
            return len([one for one in items if one["name"].startswith("house rules")])
        tasks = (await get(self.http, f"/projects/{self.project_id}/status"))["tasks"]
        return len([one for one in tasks if one["stage"] == "task"])


@pytest_asyncio.fixture
async def caller(http: httpx2.AsyncClient, settings: Settings) -> AsyncIterator[Caller]:
    yield Caller(http, await start(http, oversight="high"))


async def test_the_same_key_gets_the_same_answer_and_another_body_is_refused(caller: Caller) -> None:
    other = await start(caller.http, oversight="high")
    for kind, body in KINDS.items():
        first = await caller.post(kind, body, "once")
        assert first.status_code == 201, first.text
        for _ in range(2):
            again = await caller.post(kind, body, "once")
            assert (again.status_code, again.json()) == (201, first.json())
            assert again.headers["location"] == first.headers["location"]
        assert await caller.count(kind) == 1
        field = "instructions" if kind == "tasks" else "content"
        refused(await caller.post(kind, body | {field: "Something else."}, "once"), 422, "Idempotency-Key")
        # Another project's key, another key and none are of other calls.
        elsewhere = await caller.post(kind, body, "once", other)
        assert elsewhere.status_code == 201
        assert elsewhere.json() != first.json()
        for key in ("twice", None, None):
            assert (await caller.post(kind, body, key)).status_code == 201
        assert await caller.count(kind) == 4


async def test_many_at_once_under_one_key_make_one(caller: Caller) -> None:
    for kind, body in KINDS.items():
        answers = await asyncio.gather(*(caller.post(kind, body, "at once") for _ in range(30)))
        assert {one.status_code for one in answers} == {201}
        assert len({one.text for one in answers}) == 1
        assert await caller.count(kind) == 1
        field = "instructions" if kind == "tasks" else "content"
        bodies = [body | {field: f"number {number % 2}"} for number in range(20)]
        answers = await asyncio.gather(*(caller.post(kind, one, "two bodies") for one in bodies))
        assert sorted(one.status_code for one in answers) == [201] * 10 + [422] * 10
        assert await caller.count(kind) == 2


async def test_what_was_refused_does_not_use_up_its_key(caller: Caller) -> None:
    unknown = TASK | {"context_ids": [caller.project_id]}
    refused(await caller.post("tasks", unknown, "again"), 422, "context_ids")
    assert (await caller.post("tasks", TASK, "again")).status_code == 201
    broken = ARTIFACT | {"media_type": "application/zip"}
    refused(await caller.post("artifacts", broken, "again"), 422, "zip")
    assert (await caller.post("artifacts", ARTIFACT, "again")).status_code == 201


async def test_a_task_is_known_again_once_its_project_has_ended(caller: Caller) -> None:
    first = await caller.post("tasks", TASK, "once")
    await caller.http.post(f"{V1}/projects/{caller.project_id}/cancel")
    await until(caller.http, caller.project_id, "cancelled")
    again = await caller.post("tasks", TASK, "once")
    assert (again.status_code, again.json()) == (201, first.json())
    refused(await caller.post("tasks", TASK, "new"), 409, "cancelled")


async def test_an_unusable_key_is_refused(caller: Caller) -> None:
    for kind, body in KINDS.items():
        for key in ("", "x" * 256, "a\tb"):
            refused(await caller.post(kind, body, key), 422, "dempotency")
