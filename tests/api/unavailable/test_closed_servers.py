"""Temporal, Redis or PostgreSQL unavailable: the routes that need them answer 503, nothing is lost, and no restart is
needed."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from config.settings import Settings
from tests.api.unavailable.proxied_api import (
    NEW_PROJECT,
    Proxies,
    assert_unavailable,
    component_statuses,
    serve_behind,
    wait_until_ready,
)
from tests.api_client import V1, get, respond, start, wait_for_request, wait_for_status
from tests.waiting import eventually

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


async def test_without_the_database_routes_answer_503(http: httpx2.AsyncClient, proxies: Proxies) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    async with proxies.database.closed():
        for path in ("/projects/", f"/projects/{project_id}", f"/projects/{project_id}/events", "/hitl/pending"):
            assert_unavailable(await http.get(V1 + path))
        assert_unavailable(await http.post(f"{V1}/projects/", json=NEW_PROJECT))
        assert_unavailable(await respond(http, request["request_id"], "approve"))
        assert_unavailable(await http.post(f"{V1}/projects/{project_id}/pause"))
        assert (await http.get("/health/")).status_code == 200
        assert (await http.get(f"{V1}/pipelines/")).status_code == 200
        assert await component_statuses(http) == {"database": "down", "redis": "ok", "temporal": "ok", "worker": "ok"}
        assert (await http.get("/health/ready")).status_code == 503
    await wait_until_ready(http)
    assert (await respond(http, request["request_id"], "approve")).status_code == 200


async def test_without_temporal_projects_are_accepted_and_decisions_get_503(
    http: httpx2.AsyncClient, proxies: Proxies
) -> None:
    project_id, done = await start(http), await start(http, pipeline="quick-start")
    request = await wait_for_request(http, project_id)
    await wait_for_status(http, done, "completed")
    async with proxies.temporal.closed():
        assert (await http.delete(f"{V1}/projects/{done}")).status_code == 204
        created = await start(http)
        given = {"agent_type": "analyst", "instructions": "List the risks."}
        task = await http.post(f"{V1}/projects/{created}/tasks", json=given)
        assert task.status_code == 201
        responses = await asyncio.gather(
            respond(http, request["request_id"], "approve"),
            http.post(f"{V1}/projects/{project_id}/pause"),
            http.post(f"{V1}/projects/{project_id}/cancel"),
            http.get(f"{V1}/workflows/{project_id}"),
        )
        for answer in responses:
            assert_unavailable(answer)
        assert (await get(http, f"/hitl/{request['request_id']}"))["status"] == "pending"
        found = await component_statuses(http)
        assert (found["database"], found["redis"], found["temporal"]) == ("ok", "ok", "down")
        # The worker's sweeper starts what the API could not start.
        await wait_for_status(http, created, "waiting")

        async def is_done() -> bool:
            tasks = (await get(http, f"/projects/{created}/status"))["tasks"]
            return (task.json()["task_id"], "completed") in {(one["task_id"], one["status"]) for one in tasks}

        await eventually(is_done)
    await wait_until_ready(http)
    assert (await respond(http, request["request_id"], "approve")).status_code == 200


async def test_without_redis_every_route_works(http: httpx2.AsyncClient, proxies: Proxies) -> None:
    async with proxies.redis.closed():
        project_id = await start(http)
        request = await wait_for_request(http, project_id)
        assert (await respond(http, request["request_id"], "approve")).status_code == 200
        assert (await get(http, f"/projects/{project_id}/events"))["items"]
        assert (await component_statuses(http))["redis"] == "down"
        assert (await http.get("/health/ready")).status_code == 503
    await wait_until_ready(http)


async def test_an_api_that_starts_before_the_servers_works_once_they_are_available(
    settings: Settings, proxies: Proxies, http: httpx2.AsyncClient
) -> None:
    async with proxies.database.closed(), proxies.redis.closed(), proxies.temporal.closed():
        serving = serve_behind(proxies, settings)
        client = await serving.__aenter__()
        assert (await client.get("/health/")).status_code == 200
        assert_unavailable(await client.post(f"{V1}/projects/", json=NEW_PROJECT))
    try:
        await wait_until_ready(client)
        project_id = await start(client)
        await wait_for_request(client, project_id)
    finally:
        await serving.__aexit__(None, None, None)
    await wait_until_ready(http)
