"""One house for all faults: each test finds it whole."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from store.transaction import Store
from tests.conftest import own_store
from tests.faults.deliveries import Caller
from tests.faults.house import House
from tests.proving import Proof


@pytest_asyncio.fixture(scope="session")
async def built(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with House.opened(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest_asyncio.fixture
async def house(built: House) -> House:
    """Two workers, two APIs and every server."""
    await built.whole()
    return built


@pytest_asyncio.fixture
async def caller(house: House, proof: Proof) -> AsyncIterator[Caller]:
    caller = Caller(house, random.Random(proof.random.random()))
    yield caller
    await caller.close()


@pytest_asyncio.fixture
async def house_store(house: House) -> AsyncIterator[Store]:
    """The house's database and bus, to write behind its APIs."""
    async with own_store(house.settings) as store:
        yield store
