"""Health over HTTP."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import httpx2
import pytest
from redis.exceptions import NoPermissionError
from sqlalchemy import text
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, PollWorkflowTaskQueueRequest
from temporalio.client import Client
from uuid_utils.compat import uuid7

from api.health.checks import HealthChecks
from api.shapes.health import ComponentHealth
from config import version
from config.settings import Settings
from store.transaction import Store
from tests.waiting import eventually


async def test_the_api_is_alive(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_without_a_worker_the_api_is_not_ready(http: httpx2.AsyncClient) -> None:
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


async def test_with_a_worker_the_api_is_ready(http: httpx2.AsyncClient, worker: None) -> None:
    async def ready() -> bool:
        return (await http.get("/health/ready")).status_code == 200

    await eventually(ready)
    detailed = (await http.get("/health/detailed")).json()
    assert detailed["status"] == "ok"
    assert all(one["latency_ms"] >= 0 and one["detail"] is None for one in detailed["components"].values())


async def test_health_reports_versions_and_links(http: httpx2.AsyncClient, settings: Settings) -> None:
    health = (await http.get("/health/detailed")).json()
    assert health["version"] == version.installed_version()
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
    async def wait_for_count(expected: int) -> None:
        async def has_count() -> bool:
            worker = (await http.get("/health/detailed")).json()["components"]["worker"]
            return bool(worker["count"] == expected and worker["status"] == "ok")

        await eventually(has_count)

    await wait_for_count(1)
    poll = PollWorkflowTaskQueueRequest(
        namespace=temporal.namespace, task_queue=TaskQueue(name=settings.task_queue), identity="another"
    )
    polling = asyncio.create_task(temporal.workflow_service.poll_workflow_task_queue(poll))
    await wait_for_count(2)
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)


async def test_requests_at_the_same_time_share_one_check(
    store: Store, temporal: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may ask, and each check asks every server."""
    health_checks = HealthChecks(store, temporal, settings.task_queue)
    asked, ping = 0, store.bus.redis.ping

    async def counted() -> object:
        nonlocal asked
        asked += 1
        return await ping()

    monkeypatch.setattr(store.bus.redis, "ping", counted)
    leaving, *staying = [asyncio.create_task(health_checks.run()) for _ in range(20)]
    await asyncio.sleep(0)
    leaving.cancel()
    assert {answer["redis"].status for answer in await asyncio.gather(*staying)} == {"ok"}
    assert asked == 1
    await health_checks.run()
    assert asked == 2


async def test_the_version_of_redis_is_cached(
    store: Store, temporal: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    health_checks = HealthChecks(store, temporal, settings.task_queue)
    reads = 0
    info, ping = store.bus.redis.info, store.bus.redis.ping

    async def counted_info(section: str) -> object:
        nonlocal reads
        reads += 1
        return await info(section)

    async def failing_ping() -> None:
        raise ConnectionError("unavailable")

    monkeypatch.setattr(store.bus.redis, "info", counted_info)
    versions = {(await health_checks.run())["redis"].version for _ in range(5)}
    assert len(versions) == 1
    assert None not in versions
    assert reads == 1
    monkeypatch.setattr(store.bus.redis, "ping", failing_ping)
    redis = (await health_checks.run())["redis"]
    assert (redis.status, redis.version) == ("down", None)
    monkeypatch.setattr(store.bus.redis, "ping", ping)
    assert (await health_checks.run())["redis"].version in versions
    assert reads == 2
    monkeypatch.setattr("api.health.checks.VERSION_SECONDS", -1)
    await health_checks.run()
    assert reads == 3


async def test_a_redis_that_does_not_report_its_version_is_healthy(
    store: Store, temporal: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forbidden(section: str) -> object:
        raise NoPermissionError("this user has no permissions to run the 'info' command")

    monkeypatch.setattr(store.bus.redis, "info", forbidden)
    redis = (await HealthChecks(store, temporal, settings.task_queue).run())["redis"]
    assert (redis.status, redis.version, redis.detail) == ("ok", None, None)


def test_the_version_is_known_without_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(version, "version", missing)
    version.installed_version.cache_clear()
    release = version.installed_version()
    version.installed_version.cache_clear()
    assert release == tomllib.loads(Path("pyproject.toml").read_text())["project"]["version"]


async def test_a_stalled_queue_is_told_from_a_busy_one(
    http: httpx2.AsyncClient, worker: None, store: Store, temporal: Client, settings: Settings
) -> None:
    """The queue statistics are made up: a real queue takes half a minute to count as stalled (tests/faults waits)."""
    queue, records = settings.task_queue, f"{settings.task_queue}-records"
    cases: list[tuple[str, str, Backlog, str | None]] = [
        # queue, kind, its backlog, what health says
        (queue, "workflow", Backlog(0, 0), None),
        (queue, "workflow", Backlog(500, 29), None),  # it may have stopped just now
        (queue, "workflow", Backlog(500, 3600, dispatch_rate=0.03), None),  # one in half a minute
        (queue, "workflow", Backlog(40, 31), "40 workflow tasks waiting, the oldest for 31 s"),
        (queue, "activity", Backlog(7, 31), "7 steps waiting"),
        (records, "activity", Backlog(1, 3600), "1 records waiting"),
    ]
    for name, kind, backlog, detail in cases:
        with faked_backlog(temporal, name, kind, backlog):
            found = await worker_health(store, temporal, settings)
        assert found.status == ("down" if detail else "ok"), found
        assert detail is None or detail in str(found.detail), found


async def test_steps_may_wait_while_another_step_is_running(
    http: httpx2.AsyncClient, worker: None, store: Store, temporal: Client, settings: Settings
) -> None:
    with faked_backlog(temporal, settings.task_queue, "activity", Backlog(7, 31)):
        async with store.database.engine.begin() as connection:
            project_id = uuid7()
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            await connection.execute(
                text(
                    "INSERT INTO task (id, project_id, workflow_id, agent_type, stage, round, status, accepted, "
                    "attempt, failures, handoff, created_at, updated_at) VALUES (:id, :id, 'project-x', 'coder', "
                    "'build', 1, 'working', false, 1, 0, '{}', now(), now())"
                ),
                {"id": project_id},
            )
        assert (await worker_health(store, temporal, settings)).status == "ok"
        async with store.database.engine.begin() as connection:
            await connection.execute(text("DELETE FROM task WHERE id = :id"), {"id": project_id})
        assert (await worker_health(store, temporal, settings)).status == "down"


@dataclass(frozen=True)
class Backlog:
    count: int
    age_seconds: float
    dispatch_rate: float = 0


@contextmanager
def faked_backlog(temporal: Client, queue: str, kind: str, backlog: Backlog) -> Iterator[None]:
    """Let Temporal report this backlog for one queue of one kind."""
    service = temporal.workflow_service
    describe = service.describe_task_queue

    async def faked(request: DescribeTaskQueueRequest) -> object:
        response = await describe(request)
        assert request.report_stats
        workflows = request.task_queue_type == TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
        if (request.task_queue.name, "workflow" if workflows else "activity") == (queue, kind):
            response.stats.approximate_backlog_count = backlog.count
            response.stats.approximate_backlog_age.FromTimedelta(timedelta(seconds=backlog.age_seconds))
            response.stats.tasks_dispatch_rate = backlog.dispatch_rate
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "describe_task_queue", faked)
        yield


async def worker_health(store: Store, temporal: Client, settings: Settings) -> ComponentHealth:
    """Return the worker's health, once the worker polls."""
    health_checks = HealthChecks(store, temporal, settings.task_queue)

    async def check() -> ComponentHealth | None:
        health = (await health_checks.run())["worker"]
        return health if health.count else None

    return await eventually(check)
