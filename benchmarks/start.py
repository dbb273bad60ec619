"""Measures `botarmy up --detach`, first without a data directory and then with the existing one."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from benchmarks.table import Aim, Row
from cli.stack.checkout import python_path

COLD_AIM, WARM_AIM = 10, 5


async def measure(folder: Path) -> list[Row]:
    cold = await _up_and_down(folder)
    warm = await _up_and_down(folder)
    return [
        Row("cold start: `botarmy up --detach` without a data directory", {"s": cold}, aim=Aim(cold, COLD_AIM, "s")),
        Row("warm start: with the existing data directory", {"s": warm}, aim=Aim(warm, WARM_AIM, "s")),
    ]


async def _up_and_down(folder: Path) -> float:
    started = time.perf_counter()
    try:
        await _botarmy("up", "--detach", "--port", "0", "--data-dir", str(folder))
        return time.perf_counter() - started
    finally:
        await _botarmy("down", "--data-dir", str(folder))


async def _botarmy(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "cli.main", *arguments),
        env={**os.environ, **python_path()},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"botarmy {arguments[0]}: {output.decode(errors='replace')}")
