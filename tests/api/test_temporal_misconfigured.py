"""A Temporal without the namespace or the search attributes: projects are accepted, and health says what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx2
import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from api.errors import UnavailableError
from api.temporal import WorkflowGoneError, temporal_call
from config.settings import Settings
from crew.providers import InstalledCrews
from tests.api_client import BRIEF, V1, assert_problem, get, start
from tests.serving import served
from tests.signing_in import signed_in
from tests.waiting import eventually
from worker.worker import run_worker
from workflows.client import connect

NEW_PROJECT = {"name": "Guest book", "description": BRIEF}


@asynccontextmanager
async def serve_in_namespace(settings: Settings, namespace: str) -> AsyncIterator[httpx2.AsyncClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_NAMESPACE", namespace)
        async with served(settings) as url, signed_in(url) as client:
            yield client


async def temporal_problem(http: httpx2.AsyncClient) -> str:
    assert (await http.get("/health/ready")).status_code == 503
    found = (await http.get("/health/detailed")).json()["components"]["temporal"]
    assert (found["status"], bool(found["version"])) == ("down", True)
    return str(found["detail"])


async def create_and_control(http: httpx2.AsyncClient) -> str:
    """Create a project and a task, which are accepted, and try to control the project, which needs a workflow."""
    project_id = await start(http)
    headers = {"Idempotency-Key": str(uuid4())}
    first, again = [await http.post(f"{V1}/projects/", json=NEW_PROJECT, headers=headers) for _ in range(2)]
    assert (first.status_code, again.json()) == (201, first.json())
    given = {"agent_type": "analyst", "instructions": "List the risks."}
    assert (await http.post(f"{V1}/projects/{project_id}/tasks", json=given)).status_code == 201
    assert (await get(http, f"/projects/{project_id}"))["status"] == "starting"
    for word in ("pause", "cancel"):
        assert_problem(await http.post(f"{V1}/projects/{project_id}/{word}"), 503, "Temporal refused the call")
    return project_id


async def test_without_the_namespace_projects_are_accepted(settings: Settings) -> None:
    async with serve_in_namespace(settings, "nowhere") as http:
        project_id = await create_and_control(http)
        assert_problem(await http.get(f"{V1}/workflows/{project_id}"), 503, "nowhere")
        assert "no namespace 'nowhere'" in await temporal_problem(http)


async def test_without_search_attributes_projects_are_accepted_and_started_later(
    settings: Settings, temporal: Client
) -> None:
    namespace = f"n{uuid4().hex}"
    retention = Duration(seconds=86400)
    await temporal.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=retention)
    )
    async with serve_in_namespace(settings, namespace) as http:

        async def namespace_exists() -> bool:  # the server takes a moment to see a new namespace
            return "search attributes" in await temporal_problem(http)

        await eventually(namespace_exists)
        project_id = await create_and_control(http)
        for name in ("BotArmyPipeline (Keyword)", "BotArmyPhase (Keyword)", "BotArmyWaiting (Bool)"):
            assert name in await temporal_problem(http)
        assert (await http.get(f"{V1}/workflows/{project_id}")).status_code == 404
        kinds = {"BotArmyPipeline": "KEYWORD", "BotArmyPhase": "KEYWORD", "BotArmyWaiting": "BOOL"}
        wanted = {name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind}") for name, kind in kinds.items()}
        await temporal.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=wanted)
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TEMPORAL_NAMESPACE", namespace)
            client = await connect()
        stop = asyncio.Event()
        working = asyncio.create_task(run_worker(client, InstalledCrews(settings), settings, stop))

        async def ready() -> bool:
            started = (await get(http, f"/projects/{project_id}"))["status"] != "starting"
            return started and (await http.get("/health/ready")).status_code == 200

        try:
            await eventually(ready)
        finally:
            stop.set()
            await working


async def test_every_error_of_temporal_becomes_an_api_error() -> None:
    for status in RPCStatusCode:
        with pytest.raises((UnavailableError, WorkflowGoneError)) as raised:
            async with temporal_call():
                raise RPCError("so\nit is " + "x" * 10_000, status, b"")
        gone = status is RPCStatusCode.NOT_FOUND
        assert isinstance(raised.value, WorkflowGoneError) is gone, status
        assert len(str(raised.value)) < 300
        assert "\n" not in str(raised.value)
