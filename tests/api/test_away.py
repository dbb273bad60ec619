"""Temporal, Redis or PostgreSQL away: the calls that need them say so, nothing is lost, and no restart is needed."""

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
from api_under_test import BRIEF, V1, Json, asked, get, refused, respond, start, until
from doors import Door
from serving import served
from waiting import eventually
from websockets.asyncio.client import connect

from cli.stack.embedded import Servers
from config.settings import Settings

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


@dataclass
class Doors:
    database: Door
    redis: Door
    temporal: Door


@pytest_asyncio.fixture(scope="module")
async def doors(servers: Servers) -> AsyncIterator[Doors]:
    """What stands between this module's API and the servers; its worker goes straight to them."""
    made = Doors(*(Door(*_address(one)) for one in (servers.database, servers.redis, f"//{servers.temporal}")))
    for door in (made.database, made.redis, made.temporal):
        await door.open()
    yield made
    for door in (made.database, made.redis, made.temporal):
        await door.close()


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def _through(door: Door, url: str) -> str:
    host, port = _address(url)
    return url.replace(f"{host}:{port}", f"127.0.0.1:{door.port}")


@asynccontextmanager
async def _behind(doors: Doors, settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """An API that reaches everything through the doors."""
    settings = settings.model_copy(
        update={
            "database_url": _through(doors.database, settings.database_url),
            "redis_url": _through(doors.redis, settings.redis_url),
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{doors.temporal.port}")
        # The API closes a connection that was idle for 5 s, maybe at the moment in which we would use it again.
        more = {"timeout": 30, "trust_env": False, "limits": httpx2.Limits(keepalive_expiry=2)}
        async with served(settings) as url, httpx2.AsyncClient(base_url=url, **more) as client:
            yield client


@pytest_asyncio.fixture(scope="module")
async def http(settings: Settings, doors: Doors, worker: None) -> AsyncIterator[httpx2.AsyncClient]:
    async with _behind(doors, settings) as client:
        yield client


async def components(http: httpx2.AsyncClient) -> dict[str, str]:
    found = await get_json(http, "/health/detailed")
    return {name: one["status"] for name, one in found["components"].items()}


async def get_json(http: httpx2.AsyncClient, path: str) -> Json:
    answer = await http.get(path)
    assert answer.status_code == 200
    found: Json = answer.json()
    return found


async def well(http: httpx2.AsyncClient) -> None:
    """All is well again, as soon as the design promises it."""

    async def look() -> bool:
        return (await http.get("/health/ready")).status_code == 200

    await eventually(look, 10)


def unavailable(answer: httpx2.Response) -> None:
    refused(answer, 503, "away")
    assert int(answer.headers["retry-after"]) >= 1


NEW = {"name": "Guest book", "description": BRIEF}


async def test_without_the_database_calls_are_put_off(http: httpx2.AsyncClient, doors: Doors) -> None:
    project_id = await start(http)
    request = await asked(http, project_id)
    async with doors.database.closed():
        for path in ("/projects/", f"/projects/{project_id}", f"/projects/{project_id}/events", "/hitl/pending"):
            unavailable(await http.get(V1 + path))
        unavailable(await http.post(f"{V1}/projects/", json=NEW))
        unavailable(await respond(http, request["request_id"], "approve"))
        unavailable(await http.post(f"{V1}/projects/{project_id}/pause"))
        assert (await http.get("/health/")).status_code == 200
        assert (await http.get(f"{V1}/pipelines/")).status_code == 200
        assert await components(http) == {"database": "down", "redis": "ok", "temporal": "ok", "worker": "ok"}
        assert (await http.get("/health/ready")).status_code == 503
    await well(http)
    assert (await respond(http, request["request_id"], "approve")).status_code == 200


async def test_without_temporal_projects_are_taken_and_decisions_put_off(
    http: httpx2.AsyncClient, doors: Doors
) -> None:
    project_id = await start(http)
    request = await asked(http, project_id)
    async with doors.temporal.closed():
        meanwhile = await start(http)
        given = {"agent_type": "analyst", "instructions": "List the risks."}
        task = await http.post(f"{V1}/projects/{meanwhile}/tasks", json=given)
        assert task.status_code == 201
        put_off = await asyncio.gather(
            respond(http, request["request_id"], "approve"),
            http.post(f"{V1}/projects/{project_id}/pause"),
            http.post(f"{V1}/projects/{project_id}/cancel"),
            http.get(f"{V1}/workflows/{project_id}"),
        )
        for answer in put_off:
            unavailable(answer)
        assert (await get(http, f"/hitl/{request['request_id']}"))["status"] == "pending"
        found = await components(http)
        assert (found["database"], found["redis"], found["temporal"]) == ("ok", "ok", "down")
        # The worker's sweeper starts what the API could not.
        await until(http, meanwhile, "waiting")

        async def done() -> bool:
            tasks = (await get(http, f"/projects/{meanwhile}/status"))["tasks"]
            return (task.json()["task_id"], "completed") in {(one["task_id"], one["status"]) for one in tasks}

        await eventually(done)
    await well(http)
    assert (await respond(http, request["request_id"], "approve")).status_code == 200


async def test_without_redis_every_call_is_answered(http: httpx2.AsyncClient, doors: Doors) -> None:
    async with doors.redis.closed():
        project_id = await start(http)
        request = await asked(http, project_id)
        assert (await respond(http, request["request_id"], "approve")).status_code == 200
        assert (await get(http, f"/projects/{project_id}/events"))["items"]
        assert (await components(http))["redis"] == "down"
        assert (await http.get("/health/ready")).status_code == 503
    await well(http)


async def test_an_api_that_starts_alone_serves_when_the_others_come(
    settings: Settings, doors: Doors, http: httpx2.AsyncClient
) -> None:
    async with doors.database.closed(), doors.redis.closed(), doors.temporal.closed():
        opening = _behind(doors, settings)
        alone = await opening.__aenter__()
        assert (await alone.get("/health/")).status_code == 200
        unavailable(await alone.post(f"{V1}/projects/", json=NEW))
    try:
        await well(alone)
        project_id = await start(alone)
        await asked(alone, project_id)
    finally:
        await opening.__aexit__(None, None, None)
    await well(http)


PROMPTLY, HEALTH_PROMPTLY = 5.0, 2.0
"""Seconds in which calls, and health, are answered while a server stands still."""
SLACK = 3.0
"""Seconds that a busy machine may add."""


async def timed(asking: Awaitable[httpx2.Response], within: float) -> httpx2.Response:
    began = time.monotonic()
    answer = await asking
    assert time.monotonic() - began < within + SLACK, answer.url
    return answer


async def test_a_database_that_stands_still_holds_nobody_up(http: httpx2.AsyncClient, doors: Doors) -> None:
    """Neither one caller nor more than there are connections; and all goes on by itself."""
    project_id = await start(http)
    request = await asked(http, project_id)
    await asyncio.gather(*(http.get(f"{V1}/projects/{project_id}") for _ in range(20)))  # fills the pool
    with doors.database.stuck():
        calls = [
            *(http.get(V1 + path) for path in ("/projects/", f"/projects/{project_id}", "/hitl/pending") * 5),
            http.get(f"{V1}/projects/{project_id}/export"),
            http.get(f"{V1}/workflows/{project_id}"),
            http.post(f"{V1}/projects/", json=NEW),
            http.post(f"{V1}/projects/{project_id}/pause"),
            http.post(f"{V1}/projects/{project_id}/tasks", json={"agent_type": "analyst", "instructions": "x"}),
            respond(http, request["request_id"], "approve"),
        ]
        answers = await asyncio.gather(
            *(timed(one, PROMPTLY) for one in calls),
            timed(http.get("/health/detailed"), HEALTH_PROMPTLY),
            timed(http.get("/health/ready"), HEALTH_PROMPTLY),
        )
        for answer in answers[:-2]:
            unavailable(answer)
        assert answers[-2].json()["components"]["database"]["status"] == "down"
        assert answers[-1].status_code == 503
        assert (await timed(http.get(f"{V1}/pipelines/"), HEALTH_PROMPTLY)).status_code == 200
        unavailable(await timed(http.get(f"{V1}/projects/"), PROMPTLY))
    await well(http)
    for _ in range(20):  # no connection of the pool is left that hangs
        assert (await http.get(f"{V1}/projects/{project_id}")).status_code == 200
    assert (await respond(http, request["request_id"], "approve")).status_code == 200


async def test_connections_that_died_in_silence_cost_one_call(http: httpx2.AsyncClient, doors: Doors) -> None:
    """The network was cut and came back: what was open stays open for us, and nobody is at its other end."""
    await asyncio.gather(*(http.get(f"{V1}/projects/") for _ in range(20)))
    doors.database.forget()
    unavailable(await timed(http.get(f"{V1}/projects/"), PROMPTLY))
    for answer in await asyncio.gather(*(http.get(f"{V1}/projects/") for _ in range(20))):
        assert answer.status_code == 200


async def test_a_temporal_that_stands_still_holds_nobody_up(http: httpx2.AsyncClient, doors: Doors) -> None:
    project_id = await start(http)
    request = await asked(http, project_id)
    with doors.temporal.stuck():
        given = {"agent_type": "analyst", "instructions": "List the risks."}
        kept = await asyncio.gather(
            timed(http.post(f"{V1}/projects/", json=NEW), PROMPTLY),
            timed(http.post(f"{V1}/projects/{project_id}/tasks", json=given), PROMPTLY),
        )
        assert {one.status_code for one in kept} == {201}
        started = kept[0].json()["id"]
        put_off = [
            respond(http, request["request_id"], "approve"),
            *(
                http.post(f"{V1}/projects/{one}/{word}")
                for one in (project_id, started)
                for word in ("pause", "cancel")
            ),
            http.get(f"{V1}/workflows/{project_id}"),
        ]
        for answer in await asyncio.gather(*(timed(one, PROMPTLY) for one in put_off)):
            unavailable(answer)
        found = await timed(http.get("/health/detailed"), HEALTH_PROMPTLY)
        assert found.json()["components"]["temporal"]["status"] == "down"
    await well(http)
    assert (await respond(http, request["request_id"], "approve")).status_code == 200


async def test_a_redis_that_stands_still_holds_nobody_up(http: httpx2.AsyncClient, doors: Doors) -> None:
    with doors.redis.stuck():
        project_id = await start(http)
        request = await asked(http, project_id)
        answer = await timed(respond(http, request["request_id"], "approve"), PROMPTLY)
        assert answer.status_code == 200
        for path in ("/health/detailed", "/health/ready"):
            found = await timed(http.get(path), HEALTH_PROMPTLY)
            assert found.json()["components"]["redis"]["status"] == "down"
    await well(http)


async def test_a_socket_is_told_that_the_database_stands_still(http: httpx2.AsyncClient, doors: Doors) -> None:
    project_id = await start(http)
    await asked(http, project_id)
    address = f"{str(http.base_url).replace('http', 'ws', 1)}/ws?project_id={project_id}&since=0"
    with doors.database.stuck():
        async with connect(address, compression=None, proxy=None) as socket:
            async with asyncio.timeout(PROMPTLY + SLACK):
                told = json.loads(await socket.recv())
            assert (told["event_type"], told["data"]["code"]) == ("error", "log_unavailable")
            doors.database.move()
            async with asyncio.timeout(30):
                while json.loads(await socket.recv())["event_type"] != "connection_ready":
                    pass
                assert json.loads(await socket.recv())["seq"] == 1
    await well(http)
