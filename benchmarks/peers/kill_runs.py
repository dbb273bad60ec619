"""The runs under kills: of a peer's program, and of BotArmy's worker and API."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import httpx2
from uuid_utils.compat import uuid7

from benchmarks.client import Json
from benchmarks.peers.contenders import program_of
from benchmarks.peers.kills import CALL_SECONDS, LAST_SECONDS, Outcome, deliver_under_kills
from benchmarks.peers.paid_calls import paid_calls
from benchmarks.peers.program import started
from benchmarks.scripted_provider import MODEL, ScriptedProvider, provider_of
from benchmarks.signing_in import authorization
from benchmarks.stack import BRIEF, Bench, running

STEPS = 5
POLL_SECONDS = 0.05
ENDED = {"completed", "rejected", "failed", "cancelled"}
SEED = 1


@dataclass(frozen=True)
class Paid:
    """The outcome of the kills, with the calls that were made and those that one payment each would have needed."""

    outcome: Outcome
    made: int
    needed: int


async def of_peer(bench: Bench, python: Path, name: str, kills: int) -> Paid:
    async with paid_calls(CALL_SECONDS) as calls:
        program, _ = await program_of(bench, python, name, {"CALLS": calls.address})
        async with started(program):

            async def restart() -> None:
                await program.kill()
                await program.start()

            outcome = await deliver_under_kills(program.deliver, restart, kills, SEED)
        return Paid(outcome, calls.made.total(), len(calls.made))


async def of_ours(bench: Bench, kills: int) -> Paid:
    """Kill worker and API, both at once, of a stack of its own. Its supervisor starts them again."""
    folder = bench.folder / "kills"
    await asyncio.to_thread(folder.mkdir)
    async with provider_of(folder, _script()) as provider:
        environment = {**provider.environment, "BOTARMY_MODEL_PRICES": f"{MODEL}=1/2", "BOTARMY_DAILY_BUDGET": "1000"}
        with mock.patch.dict(os.environ, environment):
            async with running(folder / "stack", quick=bench.quick) as own, _client(own) as client:

                async def restart() -> None:
                    before = own.pids
                    for process in ("worker", "api"):
                        os.kill(before[process], signal.SIGKILL)
                    await own.renewed(before)

                outcome = await deliver_under_kills(client.deliver, restart, kills, SEED)
        made, needed = await _count(provider)
    return Paid(outcome, made, needed)


class PatientClient:
    """A client that sends the same request again while the API is unavailable, as docs/api.md says."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def deliver(self, key: str) -> None:
        body = {"name": key, "description": f"{BRIEF}\n\n{key}\n", "pipeline": "five-notes", "model": MODEL}
        project_id = (await self._call("POST", "/projects/", json=body, headers={"Idempotency-Key": key}))["id"]
        decision = {"action": "approve", "decision_id": str(uuid7())}
        while (progress := await self._call("GET", f"/projects/{project_id}/status"))["status"] not in ENDED:
            for request in progress["open_requests"]:
                assert request["stage"] == "note-2", f"a request that no kill should cause: {request}"
                path = f"/hitl/{request['request_id']}"
                subject = (await self._call("GET", path))["subject_hash"]
                await self._call("POST", f"{path}/respond", json={**decision, "subject_hash": subject})
            await asyncio.sleep(POLL_SECONDS)
        assert progress["status"] == "completed", progress

    async def _call(self, method: str, path: str, **more: object) -> Json:
        deadline = time.monotonic() + LAST_SECONDS
        while True:
            try:
                response = await self._http.request(method, path, **more)  # type: ignore[arg-type]
            except (httpx2.TransportError, AttributeError):  # its pool asks a socket that is closed for its peer
                response = None
            if response is not None and (response.is_success or response.status_code == 409):
                document: Json = response.json()
                return document
            if response is not None and response.status_code != 503:
                raise RuntimeError(response.text)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{method} {path} was never answered")
            await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def _client(bench: Bench) -> AsyncIterator[PatientClient]:
    async with httpx2.AsyncClient(
        base_url=f"{bench.url}/api/v1", timeout=30, trust_env=False, headers=authorization()
    ) as http:
        yield PatientClient(http)


async def _count(provider: ScriptedProvider) -> tuple[int, int]:
    """Return the calls that were made, and those with a request of their own."""
    log = await provider.calls()
    return log["total"], len({repr(call["body"]) for call in log["calls"]})


def _script() -> Json:
    text = "A note of some length. " * 40
    return {
        "conversations": {
            f"note-{number}": [
                {
                    "calls": [{"name": "submit", "arguments": {f"note_{number}": {"markdown": text}}}],
                    "seconds": CALL_SECONDS,
                }
            ]
            for number in range(1, STEPS + 1)
        }
    }
