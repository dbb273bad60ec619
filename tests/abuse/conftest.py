from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.client import Client

from cli.stack.embedded import Servers
from models.settings import Settings
from tests.abuse.place import Place, placed
from tests.conftest import own_settings
from workflows.client import connect


@pytest_asyncio.fixture(scope="session")
async def place(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """Two APIs and a worker that all these tests abuse, one after the other, and none may break."""
    async with own_settings(servers) as settings:
        folder = tmp_path_factory.mktemp("place")
        async with placed(servers, settings, await connect(), folder, apis=2, **SHORT_TEMPERED) as place:
            yield place


SHORT_TEMPERED = {"BOTARMY_REQUEST_SECONDS": "2"}
"""So that a test need not wait for the usual limit."""


@pytest_asyncio.fixture(scope="module")
async def own_place(
    servers: Servers, settings: Settings, temporal: Client, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    """An API and a worker of the module's own, new and with nothing to do."""
    async with placed(servers, settings, temporal, tmp_path_factory.mktemp("place")) as place:
        yield place
