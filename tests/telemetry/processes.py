"""Our programs in processes of their own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tests.checkout import CHECKOUT


@asynccontextmanager
async def process(package: str, environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run one of our programs, and stop it."""
    command = [sys.executable, "-P", "-m", package]
    started = await asyncio.create_subprocess_exec(*command, cwd=CHECKOUT, env=environment)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.terminate()
        await started.wait()
