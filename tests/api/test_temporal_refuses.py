"""A Temporal that is there and refuses: what can be kept is kept, health says what is missing, and nothing is a 500."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx2
import pytest
from api_under_test import BRIEF, V1, get, refused, start
from google.protobuf.duration_pb2 import Duration
from serving import served
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from waiting import eventually

from api.errors import UnavailableError
from api.temporal import WorkflowGoneError, reaching
from config.settings import Settings
from crew.rehearsal import rehearsal_agents
from worker.worker import run_worker
from workflows.client import connect

NEW = {"name": "Guest book", "description": BRIEF}


@asynccontextmanager
async def of_namespace(settings: Settings, namespace: str) -> AsyncIterator[httpx2.AsyncClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_NAMESPACE", namespace)
        async with served(settings) as url, httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
            yield client


async def problem_of_temporal(http: httpx2.AsyncClient) -> str:
    assert (await http.get("/health/ready")).status_code == 503
    found = (await http.get("/health/detailed")).json()["components"]["temporal"]
    assert (found["status"], bool(found["version"])) == ("down", True)
    return str(found["detail"])


async def kept_and_put_off(http: httpx2.AsyncClient) -> str:
    """A project and a task that are taken, and calls that cannot do without a workflow."""
    project_id = await start(http)
    headers = {"Idempotency-Key": str(uuid4())}
    first, again = [await http.post(f"{V1}/projects/", json=NEW, headers=headers) for _ in range(2)]
    assert (first.status_code, again.json()) == (201, first.json())
    given = {"agent_type": "analyst", "instructions": "List the risks."}
    assert (await http.post(f"{V1}/projects/{project_id}/tasks", json=given)).status_code == 201
    assert (await get(http, f"/projects/{project_id}"))["status"] == "starting"
    for word in ("pause", "cancel"):
        refused(await http.post(f"{V1}/projects/{project_id}/{word}"), 503, "Temporal is there, and refuses")
    return project_id


async def test_without_the_namespace_projects_are_taken(settings: Settings) -> None:
    async with of_namespace(settings, "nowhere") as http:
        project_id = await kept_and_put_off(http)
        refused(await http.get(f"{V1}/workflows/{project_id}"), 503, "nowhere")
        assert "no namespace 'nowhere'" in await problem_of_temporal(http)


async def test_without_search_attributes_projects_are_taken_and_started_once_they_are_there(
    settings: Settings, temporal: Client
) -> None:
    namespace = f"n{uuid4().hex}"
    retention = Duration(seconds=86400)
    await temporal.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=retention)
    )
    async with of_namespace(settings, namespace) as http:

        async def known() -> bool:  # the server takes a moment to know of a namespace
            return "search attributes" in await problem_of_temporal(http)

        await eventually(known)
        project_id = await kept_and_put_off(http)
        for name in ("BotArmyPipeline (Keyword)", "BotArmyPhase (Keyword)", "BotArmyWaiting (Bool)"):
            assert name in await problem_of_temporal(http)
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
        working = asyncio.create_task(run_worker(client, rehearsal_agents(0), settings, stop))

        async def ready() -> bool:
            started = (await get(http, f"/projects/{project_id}"))["status"] != "starting"
            return started and (await http.get("/health/ready")).status_code == 200

        try:
            await eventually(ready)
        finally:
            stop.set()
            await working


async def test_whatever_temporal_says_is_no_mistake_of_ours() -> None:
    for status in RPCStatusCode:
        with pytest.raises((UnavailableError, WorkflowGoneError)) as raised:
            async with reaching():
                raise RPCError("so\nit is " + "x" * 10_000, status, b"")
        gone = status is RPCStatusCode.NOT_FOUND
        assert isinstance(raised.value, WorkflowGoneError) is gone, status
        assert len(str(raised.value)) < 300
        assert "\n" not in str(raised.value)
