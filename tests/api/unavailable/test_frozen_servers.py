"""A server that is frozen, as by SIGSTOP, delays no request for long."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable

import httpx2
import pytest
from websockets.asyncio.client import connect

from tests.api.unavailable.proxied_api import NEW_PROJECT, Proxies, assert_unavailable, wait_until_ready
from tests.api_client import UNKNOWN_ID, V1, get, respond, response_to, start, wait_for_request
from tests.signing_in import AUTHORIZATION

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]

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
    response = await response_to(http, request["request_id"])
    await asyncio.gather(*(http.get(f"{V1}/projects/{project_id}") for _ in range(20)))  # fills the pool
    with proxies.database.frozen():
        requests = [
            *(http.get(V1 + path) for path in ("/projects/", f"/projects/{project_id}", "/hitl/pending") * 5),
            http.get(f"{V1}/projects/{project_id}/export"),
            http.get(f"{V1}/workflows/{project_id}"),
            http.post(f"{V1}/projects/", json=NEW_PROJECT),
            http.post(f"{V1}/projects/{project_id}/pause"),
            http.post(f"{V1}/projects/{project_id}/tasks", json={"agent_type": "analyst", "instructions": "x"}),
            http.post(f"{V1}/hitl/{request['request_id']}/respond", json=response),
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


@pytest.mark.parametrize("server", ["database", "temporal", "redis"])
async def test_every_operation_is_answered_while_a_server_is_frozen(
    http: httpx2.AsyncClient, proxies: Proxies, server: str
) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    (artifact_id, *_) = (artifact["artifact_id"] for artifact in request["artifacts"])
    elsewhere = await start(http)
    target = {"scope": "project", "project_id": elsewhere}
    # Ada, whom the examples name, signs in now.
    stop = await http.post(f"{V1}/stops/", json=target | {"reason": "Wait.", "by": "Ada"})
    ids = {
        "project_id": project_id,
        "task_id": request["task_id"],
        "artifact_id": artifact_id,
        "name": "quick-start",
        "stop_id": stop.json()["stop_id"],
        "principal_id": UNKNOWN_ID,
        "session_id": UNKNOWN_ID,
        "token_id": UNKNOWN_ID,
        "context_id": UNKNOWN_ID,
        "group": "nobody",
    }
    document = (await http.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    requests = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            body = None
            if "requestBody" in operation:
                reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                body = schemas[reference.rpartition("/")[2]]["examples"][0]
            url = path.format(request_id=request["request_id"], **ids)
            requests.append(http.request(method.upper(), url, json=body))
    with getattr(proxies, server).frozen():
        answers = await asyncio.gather(*(timed(request, REQUEST_SECONDS) for request in requests))
    unexpected = [(str(answer.request.url), answer.status_code) for answer in answers if answer.status_code == 500]
    assert unexpected == []
    if server == "database":
        assert sum(answer.status_code == 503 for answer in answers) > len(answers) * 0.8
    await wait_until_ready(http)
    for held in (await get(http, "/stops/", held=True))["items"]:  # one of the operations stops everything
        await http.post(f"{V1}/stops/{held['stop_id']}/release", json={"reason": "The test is over."})


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
        async with connect(address, compression=None, proxy=None, additional_headers=AUTHORIZATION) as socket:
            async with asyncio.timeout(REQUEST_SECONDS + SLACK):
                frame = json.loads(await socket.recv())
            assert (frame["event_type"], frame["data"]["code"]) == ("error", "log_unavailable")
            proxies.database.unfreeze()
            async with asyncio.timeout(30):
                while json.loads(await socket.recv())["event_type"] != "connection_ready":
                    pass
                assert json.loads(await socket.recv())["seq"] == 1
    await wait_until_ready(http)
