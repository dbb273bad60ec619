"""`botarmy run` reconnects to an API that was killed."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from cli.stack.embedded import Servers
from cli.stack.ports import free_port
from config.settings import Settings
from tests.checkout import CHECKOUT
from tests.cli.terminal_under_test import BOTARMY, botarmy, environment
from tests.serving import program_environment
from tests.signing_in import signed_in
from tests.waiting import eventually

BRIEF = CHECKOUT / "examples" / "url-shortener.md"
SLOW = "---\nrehearsal:\n  step_seconds: 0.3\n---\n"
GATES = 4

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


async def test_a_run_survives_a_killed_api_with_the_same_delivery(
    settings: Settings, servers: Servers, tmp_path: Path
) -> None:
    brief = tmp_path / "slow.md"
    brief.write_text(SLOW + BRIEF.read_text())
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    async def projects() -> int:
        async with signed_in(url) as http:
            return len((await http.get("/api/v1/projects/", params={"limit": 200})).json()["items"])

    async def both_are_started() -> bool:
        return await projects() == before + 2

    async with _api(settings, servers, port) as api:
        before = await projects()
        undisturbed = asyncio.create_task(botarmy(url, "run", brief, "--out", "one", cwd=tmp_path))
        disturbed = await asyncio.create_subprocess_exec(
            *BOTARMY, "run", brief, "--out", "two",
            cwd=tmp_path, env=environment(url), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert disturbed.stdout is not None
        lines = []
        while "plan: analyst starts" not in (line := (await disturbed.stdout.readline()).decode()):
            assert line, "it ended too early"
            lines.append(line)
        await eventually(both_are_started)
        api.send_signal(signal.SIGKILL)
        await api.wait()
        while "reconnecting: " not in (line := (await disturbed.stdout.readline()).decode()):
            assert line, "it ended too early"
            lines.append(line)
        async with _api(settings, servers, port):
            lines += (await disturbed.stdout.read()).decode().splitlines()
            assert await disturbed.wait() == 0, lines
            assert (await undisturbed).code == 0
    assert "connected again" in lines
    assert sum("approved by human, through botarmy" in line for line in lines) == GATES
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


def _files(folder: Path) -> dict[str, str]:
    """Return the hash of each file except the manifest, which contains ids and times."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


@asynccontextmanager
async def _api(settings: Settings, servers: Servers, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the API in its own process; yield once it is ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api"),
        env=program_environment(servers, settings) | {"BOTARMY_PORT": str(port)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with signed_in() as http:

            async def is_ready() -> bool:
                try:
                    return (await http.get(f"http://127.0.0.1:{port}/health/ready")).is_success
                except httpx2.TransportError:
                    return False

            await eventually(is_ready)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
