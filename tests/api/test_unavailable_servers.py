"""Temporal, Redis or PostgreSQL unavailable: the routes that need them answer 503, nothing is lost, and no restart is
needed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.api.api_client import BRIEF, V1, Json, assert_problem, get, respond, start, wait_for_request, wait_for_status
from tests.api.tcp_proxy import TcpProxy
from tests.serving import served
from tests.waiting import eventually

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


@dataclass
class Proxies:
    database: TcpProxy
    redis: TcpProxy
    temporal: TcpProxy


@pytest_asyncio.fixture(scope="module")
async def proxies(servers: Servers) -> AsyncIterator[Proxies]:
    """The proxies between this module's API and the servers; its worker connects to the servers directly."""
    urls = (servers.database, servers.redis, f"//{servers.temporal}")
    proxies = Proxies(*(TcpProxy(*_address(url)) for url in urls))
    for proxy in (proxies.database, proxies.redis, proxies.temporal):
        await proxy.open()
    yield proxies
    for proxy in (proxies.database, proxies.redis, proxies.temporal):
        await proxy.close()


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def _proxied(proxy: TcpProxy, url: str) -> str:
    host, port = _address(url)
    return url.replace(f"{host}:{port}", f"127.0.0.1:{proxy.port}")


@asynccontextmanager
async def _serve_behind(proxies: Proxies, settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve an API that reaches every server through a proxy."""
    settings = settings.model_copy(
        update={
            "database_url": _proxied(proxies.database, settings.database_url),
            "redis_url": _proxied(proxies.redis, settings.redis_url),
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{proxies.temporal.port}")
        # The API closes a connection that was idle for 5 s, perhaps just when the client reuses it.
        limits = httpx2.Limits(keepalive_expiry=2)
        async with (
            served(settings) as url,
            httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False, limits=limits) as client,
        ):
            yield client


@pytest_asyncio.fixture(scope="module")
async def http(settings: Settings, proxies: Proxies, worker: None) -> AsyncIterator[httpx2.AsyncClient]:
    async with _serve_behind(proxies, settings) as client:
        yield client


async def component_statuses(http: httpx2.AsyncClient) -> dict[str, str]:
    found = await get_json(http, "/health/detailed")
    return {name: one["status"] for name, one in found["components"].items()}


async def get_json(http: httpx2.AsyncClient, path: str) -> Json:
    answer = await http.get(path)
    assert answer.status_code == 200
    found: Json = answer.json()
    return found


async def wait_until_ready(http: httpx2.AsyncClient) -> None:
    """Wait until the API is ready again, for as long as the design allows."""

    async def is_ready() -> bool:
        return (await http.get("/health/ready")).status_code == 200

    await eventually(is_ready, 10)


def assert_unavailable(answer: httpx2.Response) -> None:
    assert_problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1


NEW_PROJECT = {"name": "Guest book", "description": BRIEF}


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
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    async with proxies.temporal.closed():
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
        serving = _serve_behind(proxies, settings)
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


REQUEST_SECONDS, HEALTH_SECONDS = 5.0, 2.0
"""Seconds in which requests, and health, are answered while a server is frozen."""
SLACK = 3.0
"""Seconds that a busy machine may add."""


async def timed(request: Awaitable[httpx2.Response], within: float) -> httpx2.Response:
    started = time.monotonic()
    answer = await request
    assert time.monotonic() - started < within + SLACK, answer.url
    return answer


async def test_a_frozen_database_delays_no_request(http: httpx2.AsyncClient, proxies: Proxies) -> None:
    """Neither one client nor more clients than connections wait, and the API recovers by itself."""
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    await asyncio.gather(*(http.get(f"{V1}/projects/{project_id}") for _ in range(20)))  # fills the pool
    with proxies.database.frozen():
        requests = [
            *(http.get(V1 + path) for path in ("/projects/", f"/projects/{project_id}", "/hitl/pending") * 5),
            http.get(f"{V1}/projects/{project_id}/export"),
            http.get(f"{V1}/workflows/{project_id}"),
            http.post(f"{V1}/projects/", json=NEW_PROJECT),
            http.post(f"{V1}/projects/{project_id}/pause"),
            http.post(f"{V1}/projects/{project_id}/tasks", json={"agent_type": "analyst", "instructions": "x"}),
            respond(http, request["request_id"], "approve"),
        ]
        answers = await asyncio.gather(
            *(timed(request, REQUEST_SECONDS) for request in requests),
            timed(http.get("/health/detailed"), HEALTH_SECONDS),
            timed(http.get("/health/ready"), HEALTH_SECONDS),
        )
        for answer in answers[:-2]:
            assert_unavailable(answer)
        assert answers[-2].json()["components"]["database"]["status"] == "down"
        assert answers[-1].status_code == 503
        assert (await timed(http.get(f"{V1}/pipelines/"), HEALTH_SECONDS)).status_code == 200
        assert_unavailable(await timed(http.get(f"{V1}/projects/"), REQUEST_SECONDS))
    await wait_until_ready(http)
    for _ in range(20):  # no hanging connection is left in the pool
        assert (await http.get(f"{V1}/projects/{project_id}")).status_code == 200
    assert (await respond(http, request["request_id"], "approve")).status_code == 200


async def test_connections_that_died_silently_cost_one_request(http: httpx2.AsyncClient, proxies: Proxies) -> None:
    """After a network failure, open connections look alive and have no peer."""
    await asyncio.gather(*(http.get(f"{V1}/projects/") for _ in range(20)))
    proxies.database.blackhole_connections()
    assert_unavailable(await timed(http.get(f"{V1}/projects/"), REQUEST_SECONDS))
    for answer in await asyncio.gather(*(http.get(f"{V1}/projects/") for _ in range(20))):
        assert answer.status_code == 200


async def test_a_frozen_temporal_delays_no_request(http: httpx2.AsyncClient, proxies: Proxies) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    with proxies.temporal.frozen():
        given = {"agent_type": "analyst", "instructions": "List the risks."}
        accepted = await asyncio.gather(
            timed(http.post(f"{V1}/projects/", json=NEW_PROJECT), REQUEST_SECONDS),
            timed(http.post(f"{V1}/projects/{project_id}/tasks", json=given), REQUEST_SECONDS),
        )
        assert {answer.status_code for answer in accepted} == {201}
        started = accepted[0].json()["id"]
        requests = [
            respond(http, request["request_id"], "approve"),
            *(
                http.post(f"{V1}/projects/{accepted_id}/{word}")
                for accepted_id in (project_id, started)
                for word in ("pause", "cancel")
            ),
            http.get(f"{V1}/workflows/{project_id}"),
        ]
        for answer in await asyncio.gather(*(timed(request, REQUEST_SECONDS) for request in requests)):
            assert_unavailable(answer)
        found = await timed(http.get("/health/detailed"), HEALTH_SECONDS)
        assert found.json()["components"]["temporal"]["status"] == "down"
    await wait_until_ready(http)
    assert (await respond(http, request["request_id"], "approve")).status_code == 200


async def test_a_frozen_redis_delays_no_request(http: httpx2.AsyncClient, proxies: Proxies) -> None:
    with proxies.redis.frozen():
        project_id = await start(http)
        request = await wait_for_request(http, project_id)
        answer = await timed(respond(http, request["request_id"], "approve"), REQUEST_SECONDS)
        assert answer.status_code == 200
        for path in ("/health/detailed", "/health/ready"):
            found = await timed(http.get(path), HEALTH_SECONDS)
            assert found.json()["components"]["redis"]["status"] == "down"
    await wait_until_ready(http)


async def test_a_socket_gets_an_error_while_the_database_is_frozen(http: httpx2.AsyncClient, proxies: Proxies) -> None:
    project_id = await start(http)
    await wait_for_request(http, project_id)
    address = f"{str(http.base_url).replace('http', 'ws', 1)}/ws?project_id={project_id}&since=0"
    with proxies.database.frozen():
        async with connect(address, compression=None, proxy=None) as socket:
            async with asyncio.timeout(REQUEST_SECONDS + SLACK):
                frame = json.loads(await socket.recv())
            assert (frame["event_type"], frame["data"]["code"]) == ("error", "log_unavailable")
            proxies.database.unfreeze()
            async with asyncio.timeout(30):
                while json.loads(await socket.recv())["event_type"] != "connection_ready":
                    pass
                assert json.loads(await socket.recv())["seq"] == 1
    await wait_until_ready(http)
