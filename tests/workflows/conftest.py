"""A time-skipping server, a worker with the sandbox and scripted agents for each test. PostgreSQL is the session's."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from config.settings import Settings
from models.contracts.enums import Oversight
from models.contracts.pipeline import Pipeline
from store.transaction import Store
from tests.waiting import PATIENCE_SECONDS
from tests.workflows.crew_under_test import Script, Story
from worker.worker import build_worker
from worker.workflow_sandbox import StrictRunner
from workflows.client import PIPELINE
from workflows.progress import PHASE, WAITING

Begin = Callable[..., Awaitable[Story]]


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[WorkflowEnvironment]:
    """A time-skipping Temporal for one test. It starts in 0.1 s."""
    binary = Path(sys.executable).with_name("temporal-test-server")
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(binary),
        test_server_startup_timeout=timedelta(seconds=PATIENCE_SECONDS),
        data_converter=pydantic_data_converter,
    ) as environment:
        keyword, boolean = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD, IndexedValueType.INDEXED_VALUE_TYPE_BOOL
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                search_attributes={PIPELINE.name: keyword, PHASE.name: keyword, WAITING.name: boolean}
            )
        )
        yield environment


@pytest.fixture
def script() -> Script:
    """What the agents do. A test may change it while they work."""
    return Script()


@pytest_asyncio.fixture
async def at_work(engine: WorkflowEnvironment, store: Store, script: Script, settings: Settings) -> AsyncIterator[None]:
    """The production worker with scripted agents."""
    async with build_worker(engine.client, store, script.crew(), settings, StrictRunner()):
        yield


@pytest.fixture
def begin(engine: WorkflowEnvironment, store: Store, script: Script, settings: Settings, at_work: None) -> Begin:
    """Starts a project with a pipeline."""

    async def begin(stages: Pipeline, oversight: Oversight | None = None, checkpoint_after: int = 0) -> Story:
        return await Story.begin(
            engine.client, store, settings.task_queue, script, stages, oversight, checkpoint_after=checkpoint_after
        )

    return begin
