"""One stack for all fault tests; it is restored before each of them."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from store.transaction import Store
from tests.conftest import own_store
from tests.faults.deliveries import Caller
from tests.faults.fault_stack import FaultStack
from tests.proving import Proof


@pytest_asyncio.fixture(scope="session")
async def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FaultStack]:
    async with FaultStack.running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest_asyncio.fixture
async def stack(shared_stack: FaultStack) -> FaultStack:
    """A stack with two workers, two APIs and every server running."""
    await shared_stack.restore()
    return shared_stack


@pytest_asyncio.fixture
async def caller(stack: FaultStack, proof: Proof) -> AsyncIterator[Caller]:
    caller = Caller(stack, random.Random(proof.random.random()))
    yield caller
    await caller.close()


@pytest_asyncio.fixture
async def stack_store(stack: FaultStack) -> AsyncIterator[Store]:
    """A store on the stack's database and bus, to write without its APIs."""
    async with own_store(stack.settings) as store:
        yield store
