"""Several workers and APIs on one machine: clients use one port, and any process may be killed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from cli.stack.datadir import DataDir
from cli.stack.stack import Stack
from config.settings import Settings
from tests.signing_in import ADMIN_TOKEN, signed_in

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("no_external_servers")]

NAMES = ["postgres", "redis", "temporal", "worker", "worker-2", "api", "api-2"]
BRIEF = {
    "name": "A shop",
    "description": "# A shop\n\n- It sells shoes.\n",
    "pipeline": "quick-start",
    "oversight": "low",
}


async def answer(url: str, method: str = "GET", path: str = "/", **options: Any) -> Any:
    """Return the answer to a request on a connection of its own, again if the process that had it was killed."""
    async with asyncio.timeout(60):
        while True:
            try:
                async with signed_in(url, timeout=10) as client:
                    response = await client.request(method, path, **options)
                response.raise_for_status()
                return response.json()
            except httpx2.TransportError:
                await asyncio.sleep(0.05)


async def test_processes_that_are_killed_are_replaced_and_nothing_is_lost(data_dir: Path) -> None:
    data = DataDir(data_dir)
    with data.locked():
        stack = Stack(data, Settings(_env_file=None, port=0, admin_token=ADMIN_TOKEN), workers=2, apis=2)
        try:
            state = await stack.start()
            assert list(state.pids) == NAMES
            listening = Counter(_port_listeners(state.pids, int(state.api.rpartition(":")[2])))
            assert listening == {"api": 1, "api-2": 1}
            projects = []
            for victim in ("api", "worker", "api-2", "worker-2"):
                key = {"Idempotency-Key": victim}
                made = await answer(state.api, "POST", path="/api/v1/projects/", json=BRIEF, headers=key)
                projects.append(made["id"])
                os.kill(state.pids[victim], signal.SIGKILL)
            async with asyncio.timeout(120):
                while stack.state().pids.keys() != set(NAMES):
                    await asyncio.sleep(0.1)
            for project_id in projects:
                await _until_completed(state.api, project_id)
        finally:
            await stack.stop()


def _port_listeners(pids: dict[str, int], port: int) -> list[str]:
    listeners = {}
    for name, pid in pids.items():
        process = psutil.Process(pid)
        ports = {each.laddr.port for every in (process, *process.children()) for each in every.net_connections("tcp")}
        listeners[name] = port in ports
    return [name for name, listens in listeners.items() if listens]


async def _until_completed(url: str, project_id: str) -> None:
    async with asyncio.timeout(120):
        while (status := (await answer(url, path=f"/api/v1/projects/{project_id}"))["status"]) != "completed":
            assert status in ("starting", "active"), status
            await asyncio.sleep(0.1)
