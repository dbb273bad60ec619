"""Replay creates no span twice, and a workflow that continues as new remains in its trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from config.settings import Settings
from store.transaction import Store
from telemetry.tracing import span, temporal_interceptors
from tests.telemetry.tracing_under_test import Traced, tracing
from tests.workflows.conftest import Begin
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, Script, pipeline
from tests.workflows.partial_workers import step_worker, workflow_worker
from tests.workflows.short_histories import chain, runs, temporal_with_short_histories


@pytest.fixture(scope="module")
def traced() -> Iterator[Traced]:
    with tracing() as traced:
        yield traced


@pytest_asyncio.fixture(scope="module")
async def dev_server(traced: Traced) -> AsyncIterator[WorkflowEnvironment]:
    async with temporal_with_short_histories() as environment:
        yield environment


@pytest_asyncio.fixture
async def engine(dev_server: WorkflowEnvironment) -> Any:
    return SimpleNamespace(client=Client(**dev_server.client.config() | {"interceptors": temporal_interceptors()}))


@pytest_asyncio.fixture
async def at_work(
    engine: WorkflowEnvironment, store: Store, script: Script, settings: Settings, traced: Traced
) -> AsyncIterator[None]:
    """Workers without a cache: every workflow task replays the whole history."""
    traced.clear()
    object.__setattr__(settings, "task_queue", uuid4().hex)
    async with (
        step_worker(engine.client, store, script, settings),
        workflow_worker(engine.client, store, script, settings),
    ):
        yield


def counts(traced: Traced) -> Counter[str]:
    return Counter(each.name for each in traced.spans)


@pytest.mark.parametrize("short", [False, True])
async def test_a_replay_creates_no_span_twice(begin: Begin, script: Script, traced: Traced, short: bool) -> None:
    script.short = short
    story = await begin(pipeline(PLAN | GATE, BUILD))
    await story.respond(await story.request("plan"), "approve")
    await story.result()
    found = counts(traced)
    for name in ("StartWorkflow:ProjectWorkflow", "RunWorkflow:ProjectWorkflow", "CompleteWorkflow:ProjectWorkflow"):
        assert found[name] == 1, found
    assert found["HandleSignal:respond"] == 1
    assert found["StartActivity:run_agent_step"] == found["RunActivity:run_agent_step"] == 2
    assert found["StartActivity:record_responses"] == found["RunActivity:record_responses"] == 1
    starts = {name: count for name, count in found.items() if name.startswith("StartActivity:")}
    assert starts == {f"StartActivity:{name[12:]}": n for name, n in found.items() if name.startswith("RunActivity:")}


async def test_a_workflow_that_continues_as_new_remains_in_its_trace(begin: Begin, traced: Traced) -> None:
    with span("root", {}):
        story = await begin(pipeline(*chain(9)))
    await story.result()
    assert await runs(story) > 1
    found = counts(traced)
    assert found["RunWorkflow:ProjectWorkflow"] == await runs(story)
    assert found["RunActivity:run_agent_step"] == 9
    steps = traced.named("RunActivity:run_agent_step")
    assert {traced.ancestors(step)[-1] for step in steps} == {"root"}
