"""`python -m api`: names an invalid setting, serves, and stops on SIGTERM."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys

import httpx2

from cli.stack.embedded import Servers
from cli.stack.ports import free_port
from tests.checkout import CHECKOUT
from tests.waiting import PATIENCE_SECONDS, eventually


async def _start_program(**environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api"),
        cwd=CHECKOUT,
        env={name: value for name, value in os.environ.items() if not name.startswith("BOTARMY_")} | environment,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_an_invalid_setting_stops_the_start_and_is_named() -> None:
    program = await _start_program(BOTARMY_PORT="many")
    _, errors = await program.communicate()
    assert program.returncode
    assert b"BOTARMY_PORT='many'" in errors
    assert b"Traceback" not in errors


async def test_it_serves_logs_each_request_once_and_stops_on_sigterm(servers: Servers) -> None:
    port = free_port()
    program = await _start_program(**servers.environment(), BOTARMY_PORT=str(port), BOTARMY_LOG_FORMAT="json")

    async def is_alive() -> bool:
        async with httpx2.AsyncClient(trust_env=False) as http:
            try:
                answer = await http.get(f"http://127.0.0.1:{port}/health/", headers={"X-Request-ID": "mine"})
            except httpx2.TransportError:
                return False
        return answer.status_code == 200

    await eventually(is_alive)
    program.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(program.communicate(), PATIENCE_SECONDS)
    assert program.returncode in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in errors.splitlines()]
    (request,) = [line for line in lines if line.get("request_id") == "mine"]
    assert (request["event"], request["status"], request["process"]) == ("request", 200, "api")


async def test_what_is_loaded_at_the_start_is_in_no_garbage_collection() -> None:
    count = "import gc, uvicorn; uvicorn.Server.run = lambda *_: print(gc.get_freeze_count(), len(gc.get_objects()))"
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"{count}\nfrom api.__main__ import main\nmain()"),
        cwd=CHECKOUT,
        env={name: value for name, value in os.environ.items() if not name.startswith("BOTARMY_")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await program.communicate()
    spared, others = map(int, output.split())
    assert spared > 100_000 > 1_000 > others
