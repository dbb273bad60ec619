"""A project whose only task works for a minute, and its conversation, which a test writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio

from config.settings import Settings
from models.contracts.event_data import StepWait, TaskProgress
from models.contracts.events import Event
from store.transaction import Store
from tests.waiting import eventually
from tests.web.scene import Director
from tests.written_transcripts import Writer

Progress = Callable[..., Awaitable[None]]
"""Reports progress of the task, as its step does when the model calls a tool, or when it has to wait."""


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings) -> Settings:
    """The steps take longer than the tests: a worker that stops does not wait for them."""
    return settings.model_copy(update={"worker_drain_seconds": 0.5})


@pytest_asyncio.fixture
async def project_id(http: httpx2.AsyncClient) -> str:
    """A project whose only task works for a minute."""
    return await Director(http).start("Guest book", rehearsal="step_seconds: 60", pipeline="quick-start")


@pytest_asyncio.fixture
async def task_id(http: httpx2.AsyncClient, project_id: str) -> str:
    async def first() -> str | None:
        tasks = (await Director(http).get(f"/projects/{project_id}/status"))["tasks"]
        return tasks[0]["task_id"] if tasks else None

    return await eventually(first)


@pytest.fixture
def writer(store: Store, task_id: str) -> Writer:
    return Writer(store, task_id)


@pytest.fixture
def progress(store: Store, project_id: str, task_id: str) -> Progress:
    async def report(wait: StepWait | None = None) -> None:
        data = TaskProgress(stage="build", message="calling write_file", fraction=None, wait=wait)
        event = Event(
            event_type=data.event_type,
            seq=None,
            project_id=UUID(project_id),
            task_id=UUID(task_id),
            agent_type="coder",
            data=data.recorded(),
            timestamp=datetime.now(UTC),
        )
        store.bus.publish([event])

    return report
