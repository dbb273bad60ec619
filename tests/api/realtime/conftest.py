from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from config.settings import Settings
from tests.api.realtime.relay_server import Relay, relay


@pytest_asyncio.fixture(scope="module")
async def running(settings: Settings) -> AsyncIterator[Relay]:
    """The API with its relay, and a store to write with."""
    async with relay(settings) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def lossy(settings: Settings) -> AsyncIterator[Relay]:
    """A relay whose writer publishes on other channels, as if Redis lost every message."""
    writer = settings.model_copy(update={"channel_prefix": f"{settings.channel_prefix}-lost"})
    async with relay(settings, writer) as running:
        yield running
