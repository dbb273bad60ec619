"""Run the scripted provider: in this event loop, or as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from unittest import mock

import uvicorn

from tests import uvicorn_server
from tests.checkout import CHECKOUT
from tests.provider.app import KEY, Provider
from tests.provider.rate_limit import RateLimit
from tests.provider.script import Script


def uvicorn_config(provider: Provider) -> uvicorn.Config:
    """Without logs: it cuts connections on purpose, which uvicorn takes for errors."""
    return uvicorn.Config(
        provider, lifespan="off", ws="none", log_level="critical", access_log=False, timeout_graceful_shutdown=1
    )


@asynccontextmanager
async def running(*scripts: Script, key: str = KEY, limit: RateLimit | None = None) -> AsyncIterator[Provider]:
    """A provider in this event loop, on a free port; `url` and `openai_url` lead to it."""
    provider = Provider(*scripts, key=key, limit=limit)
    async with uvicorn_server.running(uvicorn_config(provider)) as (address, _):
        provider.url = f"http://{address}"
        yield provider


@asynccontextmanager
async def configured(*scripts: Script, key: str = KEY) -> AsyncIterator[Provider]:
    """A provider in this event loop, whose addresses and key the environment names, as a person sets them."""
    async with running(*scripts, key=key) as provider:
        addresses = {"OPENAI_BASE_URL": provider.openai_url, "ANTHROPIC_BASE_URL": provider.url}
        with mock.patch.dict(os.environ, {**addresses, "OPENAI_API_KEY": key, "ANTHROPIC_API_KEY": key}):
            yield provider


@contextmanager
def started(*scripts: Path, key: str = KEY) -> Iterator[str]:
    """A provider as a process, from files; yields its URL, without /v1."""
    command = [sys.executable, "-m", "tests.provider", *map(str, scripts), "--port", "0", "--key", key]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line, "the scripted provider did not start"
            yield str(json.loads(line)["url"])
        finally:
            process.terminate()
