"""Temporal, Redis or PostgreSQL away: the calls that need them say so, nothing is lost, and no restart is needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
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

from cli.stack.embedded import Servers
from models.settings import Settings

pytestmark = pytest.mark.usefixtures("worker")


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
        async with served(settings) as url, httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
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
