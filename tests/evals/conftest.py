"""A stack whose models are the scripted provider, with a script for each brief of the evals. No model answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path

import pytest_asyncio

from cli.stack.embedded import Servers
from config.settings import Settings
from evals.briefs import BRIEFS
from tests.conftest import own_settings
from tests.evals.scripted import MODEL, PRICE, scripts_of
from tests.provider import Provider, configured

PIPELINES = Path(__file__).parents[1] / "crew" / "model" / "pipelines"


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        own = {"pipelines_dir": PIPELINES, "model_prices": {MODEL: PRICE}, "daily_budget": 50.0, "test_seconds": 60.0}
        yield settings.model_copy(update=own)


@pytest_asyncio.fixture(scope="module")
async def provider() -> AsyncIterator[Provider]:
    # The worker is a part of this process, and its first step would import this for seconds while others wait.
    import_module("crew.model")
    names = sorted(path.name for path in BRIEFS.iterdir())
    async with configured(*scripts_of(*names)) as provider:
        yield provider
