from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from temporalio.client import Client

from cli.stack.embedded import Servers
from config.settings import Settings
from store.transaction import Store
from tests.abuse.target import Target, running_target
from tests.abuse.tripwires import SECRET, Tripwires, set_tripwires
from tests.conftest import own_settings, own_store
from workflows.client import connect

SHORT_LIMITS = {"BOTARMY_REQUEST_SECONDS": "2"}
"""Shorter limits than the defaults, to save time."""


@pytest.fixture(scope="session")
def tripwires() -> Iterator[Tripwires]:
    with set_tripwires() as tripwires:
        yield tripwires


@pytest_asyncio.fixture(scope="session")
async def target(
    servers: Servers, tripwires: Tripwires, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> AsyncIterator[Target]:
    """Two APIs and a worker that most of these tests abuse in turn; none of them may break it."""
    environment = {
        **SHORT_LIMITS,
        "BOTARMY_TEST_SECONDS": "15" if pytestconfig.getoption("--prove") else "10",
        "PROOF_SECRET": SECRET,
        "TMPDIR": str(tripwires.scratch),
    }
    async with own_settings(servers) as settings:
        folder = tmp_path_factory.mktemp("target")
        async with running_target(servers, settings, await connect(), folder, apis=2, more=environment) as target:
            yield target


@pytest_asyncio.fixture(scope="module")
async def own_target(
    servers: Servers, settings: Settings, temporal: Client, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Target]:
    """A fresh, idle API and worker for one module."""
    async with running_target(servers, settings, temporal, tmp_path_factory.mktemp("target")) as target:
        yield target


@pytest_asyncio.fixture(scope="session")
async def target_store(target: Target) -> AsyncIterator[Store]:
    """A store on the target's database, to write without the API."""
    async with own_store(target.settings) as store:
        yield store
