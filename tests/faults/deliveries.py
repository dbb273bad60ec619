"""Projects that run while something breaks, and a client that retries as real clients do."""

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
from tests.faults.fault_stack import FaultStack
from tests.signing_in import signed_in

V1 = "/api/v1"
PIPELINE = "five-stages"
SETTLED = {"completed", "rejected", "failed", "cancelled"}
PAUSE_SECONDS = 0.1
RETRY_SECONDS = 90.0
"""How long a call is retried before it counts as unanswered."""

Json = dict[str, Any]


def brief(step_seconds: float = 0.5) -> str:
    """Return the same brief for all projects, with steps of the given length."""
    controls = f"---\nrehearsal: {{step_seconds: {step_seconds}}}\n---\n"
    return (
        controls + "# Guest book\n\nGuests leave a word.\n\n## Requirements\n\n- Guests can sign.\n- Guests can read.\n"
    )


class Caller:
    """A client of all APIs of a stack. It retries with any of them if one does not answer or answers 503; any other
    server error fails the test."""

    def __init__(self, stack: FaultStack, choices: random.Random) -> None:
        self._stack, self._choices = stack, choices
        self._http = signed_in(timeout=15)
        self.unavailable = 0
        """503 responses so far."""
        self.failed_calls = 0
        """Calls so far without a response."""
        self.on_start: list[Callable[[str], None]] = []
        """Callbacks that receive the id of each new project."""

    async def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            answer = await self.try_once(method, path, **more)
            if answer is not None and answer.status_code != 503:
                assert answer.status_code < 500, answer.text
                return answer
            assert time.monotonic() < deadline, f"never answered: {method} {path}, {answer and answer.text}"
            await asyncio.sleep(PAUSE_SECONDS)

    async def try_once(self, method: str, path: str, **more: Any) -> httpx2.Response | None:
        """Return the response of one API, or None if there is none."""
        try:
            url = self._choices.choice(self._stack.apis).component.address + V1 + path
            answer = await self._http.request(method, url, **more)
        except httpx2.TransportError:
            self.failed_calls += 1
            return None
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1, answer.headers
            assert answer.headers["content-type"] == "application/problem+json"
            self.unavailable += 1
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
    """One project, from its brief to its end, with the decisions that were acknowledged."""

    caller: Caller
    brief: str = field(default_factory=brief)
    pipeline: str = PIPELINE
    key: str = field(default_factory=lambda: str(uuid4()))
    id: str = ""
    acknowledged: dict[str, str] = field(default_factory=dict)
    """The decisions that the API answered with 200 or 202, by request."""

    async def post(self, client: httpx2.AsyncClient) -> httpx2.Response:
        """Post the project to one API, once."""
        return await client.post(f"{V1}/projects/", json=self._body, headers={"Idempotency-Key": self.key})

    async def start(self) -> None:
        answer = await self.caller.call("POST", "/projects/", json=self._body, headers={"Idempotency-Key": self.key})
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["id"]
        for notify in self.caller.on_start:
            notify(self.id)

    async def request(self) -> str:
        """Wait for the open request and return its id."""
        return str((await self._wait_for(lambda progress: progress["open_requests"]))["open_requests"][0]["request_id"])

    async def response_to(self, request_id: str) -> Json:
        """Return an approval of what the request asks about now."""
        asked = (await self.caller.get(f"/hitl/{request_id}"))["subject_hash"]
        return {"action": "approve", "subject_hash": asked}

    async def decide(self, request_id: str, action: str = "approve", **more: str) -> httpx2.Response:
        """Respond, and retry the same response until an API has answered."""
        decision_id = str(uuid7())
        body = {**await self.response_to(request_id), "action": action, "decision_id": decision_id, **more}
        answer = await self.caller.call("POST", f"/hitl/{request_id}/respond", json=body)
        if answer.status_code in (200, 202):
            self.acknowledged.setdefault(request_id, decision_id)
        return answer

    async def approve(self) -> None:
        answer = await self.decide(await self.request())
        assert answer.status_code in (200, 202), answer.text

    async def wait_until_ended(self) -> Json:
        """Wait until the project has ended and return its progress."""
        return await self._wait_for(lambda progress: progress["status"] in SETTLED)

    async def run(self) -> None:
        """Run the whole project and approve its gate."""
        await self.start()
        await self.approve()
        assert (await self.wait_until_ended())["status"] == "completed"

    @property
    def _body(self) -> Json:
        return {"name": "Guest book", "description": self.brief, "pipeline": self.pipeline}

    async def _wait_for(self, condition: Any) -> Json:
        deadline = time.monotonic() + RETRY_SECONDS
        while not condition(progress := await self.caller.get(f"/projects/{self.id}/status")):
            assert progress["status"] not in SETTLED, progress
            assert time.monotonic() < deadline, f"no progress: {progress}"
            await asyncio.sleep(PAUSE_SECONDS)
        return progress


class Traffic:
    """Lanes in which one project after the other runs."""

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
        """Start no more projects."""
        self._closing.set()


@asynccontextmanager
async def traffic(caller: Caller, *lanes: float) -> AsyncIterator[Traffic]:
    """Run projects during the block, in a lane for each length of steps in seconds; then wait until all have completed.
    Steps of 0 s are short ones: local activities in the workflow's worker."""
    running = Traffic(caller)
    async with task_group() as tasks:
        for step_seconds in lanes or (0.5, 0.3, 0):
            tasks.create_task(running.lane(step_seconds))
        try:
            yield running
        finally:
            running.close()
