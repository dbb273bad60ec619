"""Health over HTTP."""

from __future__ import annotations

import asyncio
import re
import tomllib
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
from waiting import eventually

from api.components import Components
from api.shapes.health import ComponentHealth
from config import version
from config.settings import Settings
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
    assert health["version"] == version.release()
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

    monkeypatch.setattr(version, "version", missing)
    version.release.cache_clear()
    told = version.release()
    version.release.cache_clear()
    assert told == tomllib.loads(Path("pyproject.toml").read_text())["project"]["version"]


async def test_a_queue_that_does_not_move_is_told_from_a_busy_one(
    http: httpx2.AsyncClient, worker: None, store: Store, temporal: Client, settings: Settings
) -> None:
    """What Temporal says of the queues is made up here: to stand still takes half a minute (tests/faults does it)."""
    records = f"{settings.task_queue}-records"
    cases: list[tuple[str, str, int, float, float, str | None]] = [
        # queue, kind, tasks that wait, seconds of the oldest, handed out a second, what health says
        (settings.task_queue, "workflow", 0, 0, 0, None),
        (settings.task_queue, "workflow", 500, 29, 0, None),  # it may have begun just now
        (settings.task_queue, "workflow", 500, 3600, 0.03, None),  # one in half a minute
        (settings.task_queue, "workflow", 40, 31, 0, "of its workflow tasks, 40 wait, the oldest for 31 s"),
        (settings.task_queue, "activity", 7, 31, 0, "of its steps, 7 wait"),
        (records, "activity", 1, 3600, 0, "of its records, 1 wait"),
    ]
    components = Components(store, temporal, settings.task_queue)
    service = temporal.workflow_service
    truth = service.describe_task_queue
    with pytest.MonkeyPatch.context() as patch:
        for queue, kind, count, age, rate, said in cases:

            async def told(asked: DescribeTaskQueueRequest, case: tuple[str, str] = (queue, kind)) -> object:
                answer = await truth(asked)
                of = "workflow" if asked.task_queue_type == TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW else "activity"
                assert asked.report_stats
                if (asked.task_queue.name, of) == case:
                    answer.stats.approximate_backlog_count = count  # noqa: B023
                    answer.stats.approximate_backlog_age.FromTimedelta(timedelta(seconds=age))  # noqa: B023
                    answer.stats.tasks_dispatch_rate = rate  # noqa: B023
                return answer

            patch.setattr(service, "describe_task_queue", told)

            async def seen() -> ComponentHealth | None:
                found = (await components.examine())["worker"]
                return found if found.count else None

            found = await eventually(seen)
            assert found.status == ("down" if said else "ok"), found
            assert said is None or said in str(found.detail), found
    async with store.database.engine.begin() as connection:
        # A step that takes long is under way: the others wait for their turn.
        project_id = uuid7()
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(
            text(
                "INSERT INTO task (id, project_id, workflow_id, agent_type, stage, round, status, accepted, attempt, "
                "failures, handoff, created_at, updated_at) VALUES (:id, :id, 'project-x', 'coder', 'build', 1, "
                "'working', false, 1, 0, '{}', now(), now())"
            ),
            {"id": project_id},
        )
    assert await components._steps_are_under_way()
    async with store.database.engine.begin() as connection:
        await connection.execute(text("DELETE FROM task WHERE id = :id"), {"id": project_id})
    assert not await components._steps_are_under_way()
