from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from temporalio.client import Client

from cli.stack.embedded import Servers
from config.settings import Settings
from store.transaction import Store
from tests.abuse.outside import SECRET, Outside, outside
from tests.abuse.place import Place, placed
from tests.conftest import own_settings, own_store
from workflows.client import connect

IMPATIENT = {"BOTARMY_REQUEST_SECONDS": "2"}
"""So that nobody need wait for the usual limits."""


@pytest.fixture(scope="session")
def around() -> Iterator[Outside]:
    with outside() as around:
        yield around


@pytest_asyncio.fixture(scope="session")
async def place(
    servers: Servers, around: Outside, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> AsyncIterator[Place]:
    """Two APIs and a worker that most of these tests abuse, one after the other, and that none may break."""
    environment = {
        **IMPATIENT,
        "BOTARMY_TEST_SECONDS": "15" if pytestconfig.getoption("--prove") else "10",
        "PROOF_SECRET": SECRET,
        "TMPDIR": str(around.scratch),
    }
    async with own_settings(servers) as settings:
        folder = tmp_path_factory.mktemp("place")
        async with placed(servers, settings, await connect(), folder, apis=2, **environment) as place:
            yield place


@pytest_asyncio.fixture(scope="module")
async def own_place(
    servers: Servers, settings: Settings, temporal: Client, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    """An API and a worker of the module's own, new and with nothing to do."""
    async with placed(servers, settings, temporal, tmp_path_factory.mktemp("place")) as place:
        yield place


@pytest_asyncio.fixture(scope="session")
async def behind(place: Place) -> AsyncIterator[Store]:
    """The database of the place, to write behind the API's back."""
    async with own_store(place.settings) as store:
        yield store
