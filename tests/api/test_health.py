"""Health over HTTP."""

from __future__ import annotations

import asyncio
import re
import tomllib
from datetime import timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from redis.exceptions import NoPermissionError
from temporalio import activity, workflow
from temporalio.api.taskqueue.v1 import TaskQueue, TaskQueueStats
from temporalio.api.workflowservice.v1 import PollWorkflowTaskQueueRequest
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from waiting import eventually

from api.components import Components, stands_still
from models import release
from models.settings import Settings
from store.transaction import Store


async def test_the_api_is_alive(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_without_a_worker_nothing_is_ready(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/health/ready")
    assert answer.status_code == 503
    components = answer.json()["components"]
    assert {name: one["status"] for name, one in components.items()} == {
        "database": "ok",
        "redis": "ok",
        "temporal": "ok",
        "worker": "down",
    }
    assert "no worker polls" in components["worker"]["detail"]
    assert components["worker"]["count"] == 0
    assert (await http.get("/health/detailed")).json()["status"] == "degraded"


async def test_with_a_worker_all_is_ready(http: httpx2.AsyncClient, worker: None) -> None:
    async def ready() -> bool:
        return (await http.get("/health/ready")).status_code == 200

    await eventually(ready)
    detailed = (await http.get("/health/detailed")).json()
    assert detailed["status"] == "ok"
    assert all(one["latency_ms"] >= 0 and one["detail"] is None for one in detailed["components"].values())


async def test_health_says_what_runs_and_where_to_look(http: httpx2.AsyncClient, settings: Settings) -> None:
    health = (await http.get("/health/detailed")).json()
    assert health["version"] == release.release()
    assert health["links"] == {
        "temporal_ui": settings.temporal_ui_url,
        "api_docs": "/docs",
        "openapi": "/openapi.json",
    }
    for page in (health["links"]["api_docs"], health["links"]["openapi"]):
        assert (await http.get(page)).status_code == 200
    components = health["components"]
    for name in ("database", "redis", "temporal"):
        assert re.fullmatch(r"\d+\.\d+(\.\d+)?", components[name]["version"]), components[name]
        assert components[name]["count"] is None
    assert components["worker"]["version"] is None


async def test_workers_are_counted(
    http: httpx2.AsyncClient, worker: None, settings: Settings, temporal: Client
) -> None:
    async def counted(expected: int) -> None:
        async def look() -> bool:
            worker = (await http.get("/health/detailed")).json()["components"]["worker"]
            return bool(worker["count"] == expected and worker["status"] == "ok")

        await eventually(look)

    await counted(1)
    poll = PollWorkflowTaskQueueRequest(
        namespace=temporal.namespace, task_queue=TaskQueue(name=settings.task_queue), identity="another"
    )
    polling = asyncio.create_task(temporal.workflow_service.poll_workflow_task_queue(poll))
    await counted(2)
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)


async def test_the_version_of_redis_is_asked_for_once_in_a_while(
    store: Store, temporal: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    components = Components(store, temporal, settings.task_queue)
    asked = 0
    info, ping = store.bus.redis.info, store.bus.redis.ping

    async def counted(section: str) -> object:
        nonlocal asked
        asked += 1
        return await info(section)

    async def away() -> None:
        raise ConnectionError("away")

    monkeypatch.setattr(store.bus.redis, "info", counted)
    versions = {(await components.examine())["redis"].version for _ in range(5)}
    assert len(versions) == 1
    assert None not in versions
    assert asked == 1
    monkeypatch.setattr(store.bus.redis, "ping", away)
    redis = (await components.examine())["redis"]
    assert (redis.status, redis.version) == ("down", None)
    monkeypatch.setattr(store.bus.redis, "ping", ping)
    assert (await components.examine())["redis"].version in versions
    assert asked == 2
    monkeypatch.setattr("api.components.VERSION_SECONDS", -1)
    await components.examine()
    assert asked == 3


async def test_a_redis_that_does_not_tell_its_version_is_well(
    store: Store, temporal: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forbidden(section: str) -> object:
        raise NoPermissionError("this user has no permissions to run the 'info' command")

    monkeypatch.setattr(store.bus.redis, "info", forbidden)
    redis = (await Components(store, temporal, settings.task_queue).examine())["redis"]
    assert (redis.status, redis.version, redis.detail) == ("ok", None, None)


def test_the_release_is_known_without_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(release, "version", missing)
    release.release.cache_clear()
    told = release.release()
    release.release.cache_clear()
    assert told == tomllib.loads(Path("pyproject.toml").read_text())["project"]["version"]


def test_a_queue_that_does_not_move_is_a_problem_and_a_busy_one_is_none() -> None:
    def said(age: float, rate: float) -> str | None:
        stats = TaskQueueStats(approximate_backlog_count=7, tasks_dispatch_rate=rate)
        stats.approximate_backlog_age.FromTimedelta(timedelta(seconds=age))
        return stands_still(stats)

    assert said(40, 0) == "the task queue does not move: 7 workflow tasks wait, the oldest for 40 s"
    assert said(600, 0.2) is None
    assert said(5, 0) is None
    assert stands_still(TaskQueueStats()) is None


@activity.defn
async def hangs() -> None:
    await asyncio.Event().wait()


@workflow.defn
class HoldsItsTask:
    """A local activity holds the workflow task of its workflow, and so one of the worker's slots."""

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_local_activity(hangs, start_to_close_timeout=timedelta(minutes=5))


@pytest.mark.long  # Temporal's rate is that of the last half a minute
async def test_a_worker_whose_slots_are_all_held_is_not_ready(
    http: httpx2.AsyncClient, temporal: Client, settings: Settings
) -> None:
    queue = settings.task_queue
    runner = UnsandboxedWorkflowRunner()
    async with Worker(
        temporal,
        task_queue=queue,
        workflows=[HoldsItsTask],
        activities=[hangs],
        workflow_runner=runner,
        max_concurrent_workflow_tasks=2,
    ):
        handles = [await temporal.start_workflow(HoldsItsTask.run, id=str(uuid4()), task_queue=queue) for _ in range(8)]

        async def told() -> bool:
            answer = await http.get("/health/ready")
            return answer.status_code == 503 and "does not move" in (
                answer.json()["components"]["worker"]["detail"] or ""
            )

        await eventually(told, 90)
        for handle in handles:
            await handle.terminate()
