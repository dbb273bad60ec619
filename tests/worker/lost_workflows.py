"""Workflows that Temporal loses, and the API calls about them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import httpx2
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError

from tests.waiting import eventually
from worker.reconciler import Reconciler
from workflows.client import find_workflow

V1 = "/api/v1"


async def lose(temporal: Client, *workflow_ids: str) -> None:
    """Delete workflows from Temporal, as if it had lost its data."""
    for workflow_id in workflow_ids:
        await _delete(temporal, workflow_id)
    for workflow_id in workflow_ids:

        async def is_lost(workflow_id: str = workflow_id) -> bool:
            # Visibility follows later, and until then the reconciler takes it for running. It lists earlier runs, too.
            listed = [run async for run in temporal.list_workflows(f"WorkflowId = '{workflow_id}'")]
            for run in listed:
                await _delete(temporal, workflow_id, run.run_id)
            return not listed and await find_workflow(temporal, workflow_id) is None

        await eventually(is_lost)


async def lose_and_report(
    temporal: Client, http: httpx2.AsyncClient, reconciler: Reconciler, *workflow_ids: str
) -> None:
    """Delete workflows, and have the reconciler report all of them. One pass may be too early for one of them."""
    await lose(temporal, *workflow_ids)

    async def are_reported() -> bool:
        await reconciler.reconcile()
        return set(workflow_ids) <= set(await problems(http))

    await eventually(are_reported)


async def _delete(temporal: Client, workflow_id: str, run_id: str = "") -> None:
    execution = WorkflowExecution(workflow_id=workflow_id, run_id=run_id)
    request = DeleteWorkflowExecutionRequest(namespace=temporal.namespace, workflow_execution=execution)
    with suppress(RPCError):  # it is gone
        await temporal.workflow_service.delete_workflow_execution(request)


async def problems(http: httpx2.AsyncClient) -> dict[str, dict[str, Any]]:
    """Return the reported problems by workflow id."""
    answer = await http.get(f"{V1}/workflows/problems", params={"limit": 200})
    assert answer.status_code == 200, answer.text
    return {one["workflow_id"]: one for one in answer.json()["items"]}


async def post(http: httpx2.AsyncClient, path: str) -> int:
    return (await http.post(V1 + path)).status_code
