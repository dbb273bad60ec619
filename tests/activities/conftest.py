"""A step that runs as a worker runs it, with agents that a test scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import psycopg
import pytest
from temporalio.testing import ActivityEnvironment

from activities.agent_step import AgentSteps
from config.settings import Settings
from models.contracts.handoff import StepInput, StepResult
from store.transaction import Store
from tests.activities.first_step import Run
from tests.workflows.crew_under_test import Script


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def run(store: Store, script: Script, settings: Settings) -> Run:
    """Runs a step as a worker would."""

    async def run(step: StepInput) -> StepResult:
        steps = AgentSteps(store, script.crew(), settings.max_artifact_bytes, settings.daily_budget)
        return await ActivityEnvironment().run(steps.run_agent_step, step)

    return run


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that this process sends to PostgreSQL, without BEGIN and COMMIT."""
    sent: list[str] = []
    execute = psycopg.AsyncCursor.execute

    async def note(cursor: Any, query: Any, *args: Any, **more: Any) -> Any:
        sent.append(str(query))
        return await execute(cursor, query, *args, **more)

    with mock.patch.object(psycopg.AsyncCursor, "execute", note):
        yield sent
