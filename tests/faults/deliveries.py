"""Projects under way while something breaks: a client that asks again whenever it was not answered, as clients do."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
from uuid_utils.compat import uuid7

from cli.stack.task_group import task_group
from tests.faults.house import House

V1 = "/api/v1"
PIPELINE = "five-stages"
SETTLED = {"completed", "rejected", "failed", "cancelled"}
PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 90.0
"""How long a call is repeated before it counts as never answered."""

Json = dict[str, Any]


def brief(step_seconds: float = 0.5) -> str:
    """The same brief for all, its steps lasting as long as is asked for."""
    pace = f"---\nrehearsal: {{step_seconds: {step_seconds}}}\n---\n"
    return pace + "# Guest book\n\nGuests leave a word.\n\n## Requirements\n\n- Guests can sign.\n- Guests can read.\n"


class Caller:
    """A client of all the APIs of a house. It takes another, and asks again, when one does not answer or answers 503;
    any other error of the server fails the test."""

    def __init__(self, house: House, chance: random.Random) -> None:
        self._house, self._chance = house, chance
        self._http = httpx2.AsyncClient(timeout=15, trust_env=False, limits=httpx2.Limits(keepalive_expiry=2))
        self.put_off = 0
        """Answers of 503 so far."""
        self.broken = 0
        """Calls so far that nothing answered."""
        self.begun: list[Callable[[str], None]] = []
        """Who is told of each new project's id."""

    async def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = await self.try_once(method, path, **more)
            if answer is not None and answer.status_code != 503:
                assert answer.status_code < 500, answer.text
                return answer
            assert time.monotonic() < deadline, f"never answered: {method} {path}, {answer and answer.text}"
            await asyncio.sleep(PAUSE_SECONDS)

    async def try_once(self, method: str, path: str, **more: Any) -> httpx2.Response | None:
        """The answer of one API; None where there is none."""
        try:
            url = self._chance.choice(self._house.apis).component.address + V1 + path
            answer = await self._http.request(method, url, **more)
        except httpx2.TransportError:
            self.broken += 1
            return None
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1, answer.headers
            assert answer.headers["content-type"] == "application/problem+json"
            self.put_off += 1
        return answer

    async def get(self, path: str, **query: str | int) -> Json:
        answer = await self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def close(self) -> None:
        await self._http.aclose()


@dataclass
class Delivery:
    """One project, from its brief to its end, with what its human has decided."""

    caller: Caller
    brief: str = field(default_factory=brief)
    pipeline: str = PIPELINE
    key: str = field(default_factory=lambda: str(uuid4()))
    id: str = ""
    acknowledged: dict[str, str] = field(default_factory=dict)
    """The decisions that the API has answered with 200 or 202, by request."""

    async def post(self, client: httpx2.AsyncClient) -> httpx2.Response:
        """Ask one API to start it, once."""
        return await client.post(f"{V1}/projects/", json=self._given, headers={"Idempotency-Key": self.key})

    async def begin(self) -> None:
        answer = await self.caller.call("POST", "/projects/", json=self._given, headers={"Idempotency-Key": self.key})
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["id"]
        for tell in self.caller.begun:
            tell(self.id)

    async def request(self) -> str:
        """The id of its open request, as soon as it has one."""
        return str((await self._until(lambda progress: progress["open_requests"]))["open_requests"][0]["request_id"])

    async def decide(self, request_id: str, action: str = "approve", **more: str) -> httpx2.Response:
        """Respond, and say the same again until somebody has answered."""
        decision_id = str(uuid7())
        given = {"action": action, "decision_id": decision_id, **more}
        answer = await self.caller.call("POST", f"/hitl/{request_id}/respond", json=given)
        if answer.status_code in (200, 202):
            self.acknowledged.setdefault(request_id, decision_id)
        return answer

    async def approve(self) -> None:
        answer = await self.decide(await self.request())
        assert answer.status_code in (200, 202), answer.text

    async def ended(self) -> Json:
        """How it stands when it has ended."""
        return await self._until(lambda progress: progress["status"] in SETTLED)

    async def run(self) -> None:
        """All of it, with a gate that is approved."""
        await self.begin()
        await self.approve()
        assert (await self.ended())["status"] == "completed"

    @property
    def _given(self) -> Json:
        return {"name": "Guest book", "description": self.brief, "pipeline": self.pipeline}

    async def _until(self, wanted: Any) -> Json:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not wanted(progress := await self.caller.get(f"/projects/{self.id}/status")):
            assert progress["status"] not in SETTLED, progress
            assert time.monotonic() < deadline, f"it stands still: {progress}"
            await asyncio.sleep(PAUSE_SECONDS)
        return progress


class Traffic:
    """Lanes of projects that are always under way: where one has ended, the next one begins."""

    def __init__(self, caller: Caller) -> None:
        self.deliveries: list[Delivery] = []
        self._caller = caller
        self._closing = asyncio.Event()

    async def lane(self, step_seconds: float) -> None:
        while not self._closing.is_set():
            delivery = Delivery(self._caller, brief(step_seconds))
            self.deliveries.append(delivery)
            await delivery.run()

    def close(self) -> None:
        """Begin no more."""
        self._closing.set()


@asynccontextmanager
async def traffic(caller: Caller, *lanes: float) -> AsyncIterator[Traffic]:
    """Projects are under way in the block, in lanes by the seconds that their steps take. All that were begun have
    ended well after it. Steps of no time are short ones, which run in the workflow's own worker."""
    moving = Traffic(caller)
    async with task_group() as tasks:
        for step_seconds in lanes or (0.5, 0.3, 0):
            tasks.create_task(moving.lane(step_seconds))
        try:
            yield moving
        finally:
            moving.close()
