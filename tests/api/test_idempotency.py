"""Tasks and artifacts that are requested again with the same idempotency key are created once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest
import pytest_asyncio

from config.settings import Settings
from tests.api_client import V1, Json, assert_problem, get, start, wait_for_status

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
        """Return how many of them were created by requests."""
        if kind == "artifacts":
            items = (await get(self.http, f"/projects/{self.project_id}/artifacts", limit=200))["items"]
            return len([one for one in items if one["name"].startswith("house rules")])
        tasks = (await get(self.http, f"/projects/{self.project_id}/status"))["tasks"]
        return len([one for one in tasks if one["stage"] == "task"])


@pytest_asyncio.fixture
async def caller(http: httpx2.AsyncClient, settings: Settings) -> AsyncIterator[Caller]:
    yield Caller(http, await start(http, oversight="high"))


async def test_the_same_key_gets_the_same_response_and_another_body_is_refused(caller: Caller) -> None:
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
        assert_problem(await caller.post(kind, body | {field: "Something else."}, "once"), 422, "Idempotency-Key")
        # The key in another project, another key and no key are other requests.
        elsewhere = await caller.post(kind, body, "once", other)
        assert elsewhere.status_code == 201
        assert elsewhere.json() != first.json()
        for key in ("twice", None, None):
            assert (await caller.post(kind, body, key)).status_code == 201
        assert await caller.count(kind) == 4


async def test_concurrent_requests_with_one_key_create_one(caller: Caller) -> None:
    for kind, body in KINDS.items():
        answers = await asyncio.gather(*(caller.post(kind, body, "at once") for _ in range(30)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert await caller.count(kind) == 1
        field = "instructions" if kind == "tasks" else "content"
        bodies = [body | {field: f"number {number % 2}"} for number in range(20)]
        answers = await asyncio.gather(*(caller.post(kind, one, "two bodies") for one in bodies))
        assert sorted(answer.status_code for answer in answers) == [201] * 10 + [422] * 10
        assert await caller.count(kind) == 2


async def test_a_refused_request_does_not_use_up_its_key(caller: Caller) -> None:
    unknown = TASK | {"context_ids": [caller.project_id]}
    assert_problem(await caller.post("tasks", unknown, "again"), 422, "context_ids")
    assert (await caller.post("tasks", TASK, "again")).status_code == 201
    broken = ARTIFACT | {"media_type": "application/zip"}
    assert_problem(await caller.post("artifacts", broken, "again"), 422, "zip")
    assert (await caller.post("artifacts", ARTIFACT, "again")).status_code == 201


async def test_what_was_created_is_found_by_its_key_after_its_project_has_ended(caller: Caller) -> None:
    kinds = {"tasks": TASK, "artifacts": ARTIFACT | {"give": True}}
    first = {kind: await caller.post(kind, body, "once") for kind, body in kinds.items()}
    await caller.http.post(f"{V1}/projects/{caller.project_id}/cancel")
    await wait_for_status(caller.http, caller.project_id, "cancelled")
    for kind, body in kinds.items():
        again = await caller.post(kind, body, "once")
        assert (again.status_code, again.json()) == (201, first[kind].json())
        assert_problem(await caller.post(kind, body, "new"), 409, "cancelled")


async def test_an_invalid_key_is_refused(caller: Caller) -> None:
    for kind, body in KINDS.items():
        for key in ("", "x" * 256, "a\tb"):
            assert_problem(await caller.post(kind, body, key), 422, "dempotency")
