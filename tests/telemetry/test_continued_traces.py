"""A project stays in its trace when its workflow is started late, or again from its records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx2
import pytest
import pytest_asyncio
from opentelemetry.sdk.trace import ReadableSpan
from temporalio.client import Client

from cli.stack.embedded import Servers
from config.settings import Settings
from store.transaction import Store
from tests.api_client import V1, decide, start, wait_for_request, wait_for_status
from tests.conftest import own_settings
from tests.telemetry.tracing_under_test import Traced, tracing
from tests.worker.lost_workflows import lose, lose_and_report
from worker import late_starts
from worker.late_starts import LateStarts
from worker.reconciler import Reconciler
from workflows.client import project_workflow_id, task_workflow_id


@pytest.fixture(scope="module")
def traced() -> Iterator[Traced]:
    with tracing() as traced:
        yield traced


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers, traced: Traced) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings


def request_of(traced: Traced, path: str) -> ReadableSpan:
    """The span of the only request with this path."""
    (span,) = [span for span in traced.spans if span.name == f"POST {V1}{path}"]
    return span


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


async def test_late_starts_belong_to_the_requests_that_created_project_and_task(
    http: httpx2.AsyncClient,
    traced: Traced,
    store: Store,
    temporal: Client,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No worker runs yet, so that both are still unstarted when Temporal has lost them."""
    monkeypatch.setattr(late_starts, "GRACE", timedelta(0))
    project = await start(http)
    body = {"agent_type": "analyst", "instructions": "Say something."}
    task = (await http.post(f"{V1}/projects/{project}/tasks", json=body)).json()["task_id"]
    created, given = request_of(traced, "/projects/"), request_of(traced, "/projects/{project_id}/tasks")
    await lose(temporal, project_workflow_id(project), task_workflow_id(task))
    first = {span.context.span_id for span in traced.named("StartWorkflow:") if span.context}

    assert await LateStarts(store, temporal, settings).start() == 2

    late = {
        span.name: span
        for span in traced.named("StartWorkflow:")
        if span.context is not None and span.context.span_id not in first
    }
    assert traced.ancestors(late["StartWorkflow:ProjectWorkflow"])[1:] == ["late start", created.name]
    assert traced.ancestors(late["StartWorkflow:HandoffWorkflow"])[1:] == ["late start", given.name]
    assert trace_of(late["StartWorkflow:ProjectWorkflow"]) == trace_of(created) != trace_of(given)


@pytest.mark.usefixtures("worker")
async def test_a_restart_continues_the_trace_and_is_linked_with_its_request(
    http: httpx2.AsyncClient, traced: Traced, store: Store, temporal: Client, settings: Settings
) -> None:
    traced.clear()
    project = await start(http)
    request = await wait_for_request(http, project)
    created = request_of(traced, "/projects/")
    await lose_and_report(temporal, http, Reconciler(store, temporal, settings), project_workflow_id(project))
    assert (await http.post(f"{V1}/projects/{project}/restart")).status_code == 202
    await decide(http, request, "reject", comment="No.")
    await wait_for_status(http, project, "rejected")

    (restart,) = traced.named("restart from records")
    asked = request_of(traced, "/projects/{project_id}/restart")
    assert traced.ancestors(restart)[1:] == [created.name]
    assert [link.context.span_id for link in restart.links] == [asked.context.span_id if asked.context else 0]
    decided = [span for span in traced.named("StartActivity:") if "restart from records" in traced.ancestors(span)]
    assert decided  # what the new run does is a part of it
    assert {trace_of(span) for span in decided} == {trace_of(created)} != {trace_of(asked)}
