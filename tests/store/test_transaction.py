"""Transactions: a log without gaps, events recorded once, and nothing published after a rollback."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from uuid_utils.compat import uuid7

from config.settings import Settings
from models.contracts.enums import AgentStatus, ProjectStatus
from models.contracts.event_data import ErrorEvent
from models.contracts.names import BuiltInArtifact, BuiltInRole
from store import agents, artifacts, projects
from store.transaction import Store
from tests.conftest import own_store
from tests.store.log_under_test import CONNECTIONS, head, log, new_project, write_and_read
from tests.waiting import eventually


@pytest_asyncio.fixture
async def project_id(store: Store) -> UUID:
    return await new_project(store)


@pytest_asyncio.fixture
async def many(settings: Settings) -> AsyncIterator[Store]:
    """A store with a connection for each writer."""
    async with own_store(settings.model_copy(update={"database_pool": CONNECTIONS})) as store:
        yield store


async def test_sixteen_writers_and_their_rollbacks_leave_no_gap_and_a_reader_misses_nothing(
    many: Store, project_id: UUID
) -> None:
    writing = await write_and_read(many, project_id, units=25, seed="1")
    seen = writing.seen
    assert [seq for seq, _ in seen] == list(range(1, len(seen) + 1))
    assert seen == await log(many, project_id)
    assert {key for _, key in seen} - {"None"} == writing.told
    assert await head(many, project_id) == len(seen)


async def test_an_event_recorded_twice_is_stored_once(store: Store, project_id: UUID) -> None:
    before = await head(store, project_id)
    for _ in range(2):
        async with store.transaction(project_id) as tx:
            tx.record(ErrorEvent(message="same"), key="same")
            tx.record(ErrorEvent(message="other"), key="other")
    assert await head(store, project_id) == before + 2
    assert [key for _, key in await log(store, project_id, before)] == ["same", "other"]


async def test_an_event_recorded_concurrently_is_stored_once(many: Store, project_id: UUID) -> None:
    before = await head(many, project_id)

    async def tell() -> bool:
        try:
            async with many.transaction(project_id) as tx:
                await tx.connection.execute(text("SELECT 1"))
                tx.record(ErrorEvent(message="same"), key="same")
        except (psycopg.Error, SQLAlchemyError):
            return False  # the slower one retries, and finds the work done
        return True

    assert any(await asyncio.gather(*(tell() for _ in range(16))))
    assert await tell()
    assert [key for _, key in await log(many, project_id, before)] == ["same"]
    assert await head(many, project_id) == before + 1


async def test_events_of_a_rolled_back_transaction_are_not_published(store: Store, project_id: UUID) -> None:
    async with store.bus.listening() as pubsub:
        await pubsub.subscribe(store.bus.channel(project_id))
        with contextlib.suppress(LookupError):
            async with store.transaction(project_id) as tx:
                tx.record(ErrorEvent(message="never"), key="never")
                raise LookupError
        async with store.transaction(project_id) as tx:
            tx.record(ErrorEvent(message="then"), key="then")

        async def heard() -> list[str] | None:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1)
            return [orjson.loads(message["data"])["data"]["message"]] if message else None

        assert await eventually(heard) == ["then"]


async def test_a_final_status_never_changes(store: Store, project_id: UUID) -> None:
    for status in (ProjectStatus.CANCELLED, ProjectStatus.ACTIVE, ProjectStatus.COMPLETED, ProjectStatus.PAUSED):
        async with store.transaction(project_id) as tx:
            await projects.set_status(tx, status, str(status), None)
    async with store.reading() as connection:
        project = await projects.get(connection, project_id)
    assert project is not None
    assert project.status == "cancelled"


@pytest.mark.parametrize(
    ("changes", "status", "requests"),
    [
        ([(None, 1)], "starting", 1),
        ([("active", 0)], "active", 0),
        ([("active", 0), (None, 1)], "waiting", 1),
        ([("active", 0), (None, 2), (None, -1)], "waiting", 1),
        ([("active", 0), (None, 2), (None, -1), (None, -1)], "active", 0),
        ([("active", 0), (None, 1), ("paused", 0)], "paused", 1),
        ([("active", 0), (None, 1), ("paused", 0), (None, -1)], "paused", 0),
        ([("active", 0), (None, 1), ("paused", 0), ("active", 0)], "waiting", 1),
        ([("active", 0), ("paused", 0), ("active", 0)], "active", 0),
    ],
)
async def test_a_project_is_waiting_while_a_request_is_open(
    store: Store, project_id: UUID, changes: list[tuple[str | None, int]], status: str, requests: int
) -> None:
    for changed, opened in changes:
        async with store.transaction(project_id) as tx:
            tx.update_project(status=ProjectStatus(changed) if changed else None)
            tx.change_open_requests(opened)
    async with store.reading() as connection:
        project = await projects.get(connection, project_id)
    assert project is not None
    assert (project.status, project.open_requests) == (status, requests)


def version(body: bytes, origin: UUID | None = None) -> artifacts.NewVersion:
    return artifacts.NewVersion(
        type=BuiltInArtifact.PROJECT_PLAN,
        body=body,
        media_type="text/plain",
        author=BuiltInRole.ANALYST,
        origin_id=origin or uuid7(),
        name="project_plan",
    )


async def test_concurrent_versions_are_numbered_without_gaps(many: Store, project_id: UUID) -> None:
    async def write(n: int) -> None:
        one = version(f"version {n}".encode())
        while True:
            try:
                async with many.transaction(project_id) as tx:
                    await artifacts.add(tx, [one])
            except (psycopg.Error, SQLAlchemyError):
                continue  # as the activity's retry does
            return

    await asyncio.gather(*(write(n) for n in range(12)))
    async with many.reading() as connection:
        found = await artifacts.of_project(connection, project_id, type=BuiltInArtifact.PROJECT_PLAN)
    assert sorted(one.version for one in found) == list(range(1, 13))
    seen = await log(many, project_id)
    assert [seq for seq, _ in seen] == list(range(1, len(seen) + 1))


async def test_an_origin_writes_its_version_once(store: Store, project_id: UUID) -> None:
    origin = uuid7()
    refs = []
    for body in (b"first", b"second"):
        async with store.transaction(project_id) as tx:
            refs.append(await artifacts.add(tx, [version(body, origin)]))
    assert refs[0] == refs[1]
    assert await head(store, project_id) == 3  # created, the brief, the version


async def test_a_transaction_commits_quickly_without_redis(settings: Settings) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    async with own_store(away) as store:
        project_id = await new_project(store)
        begun = time.monotonic()
        for n in range(20):
            async with store.transaction(project_id) as tx:
                tx.record(ErrorEvent(message=str(n)), key=str(n))
        assert time.monotonic() - begun < 15
        assert len(await log(store, project_id)) == 22


async def test_a_dead_connection_is_replaced(settings: Settings) -> None:
    """PostgreSQL was restarted. Each dead connection fails at most once."""
    name = uuid4().hex
    marked = settings.model_copy(update={"database_url": f"{settings.database_url}?application_name={name}"})
    async with own_store(marked) as store:
        project_id = await new_project(store)

        async def tell(key: str) -> None:
            async with store.transaction(project_id) as tx:
                tx.record(ErrorEvent(message=key), key=key)

        await asyncio.gather(*(tell(str(n)) for n in range(30)))  # the pool is exhausted
        async with await psycopg.AsyncConnection.connect(settings.database_url, autocommit=True) as connection:
            killed = await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [name]
            )
            assert killed.rowcount > 1
        failures = 0
        while True:
            try:
                await tell("after")
                break
            except (psycopg.Error, SQLAlchemyError):
                failures += 1
                assert failures <= marked.database_pool
        assert (await log(store, project_id))[-1][1] == "after"


async def test_an_agent_is_on_the_task_that_it_started_last(store: Store, project_id: UUID) -> None:
    async def said() -> tuple[str, UUID | None]:
        async with store.reading() as connection:
            (state,) = await agents.of_project(connection, project_id)
        return state.status, state.task_id

    first, second = uuid4(), uuid4()
    for task_id in (first, second):  # a short step starts and ends in one transaction
        async with store.transaction(project_id) as tx:
            tx.set_agent_status(BuiltInRole.CODER, AgentStatus.WORKING, task_id, str(task_id))
            tx.set_agent_status(BuiltInRole.CODER, AgentStatus.WAITING_FOR_HITL, task_id, str(task_id))
        assert await said() == (AgentStatus.WAITING_FOR_HITL, task_id)
    async with store.transaction(project_id) as tx:
        tx.set_agent_status(BuiltInRole.CODER, AgentStatus.IDLE, first, f"{first}:late")
    assert await said() == (AgentStatus.WAITING_FOR_HITL, second)


async def test_a_store_with_places_leaves_connections_to_others(settings: Settings) -> None:
    async with own_store(settings.model_copy(update={"database_pool": 2})) as store:
        steps, inside, leave = store.with_places(1), 0, asyncio.Event()

        async def work() -> None:
            nonlocal inside
            async with steps.reading():
                inside += 1
                await leave.wait()
                inside -= 1

        working = [asyncio.create_task(work()) for _ in range(3)]

        async def one_works() -> bool:
            return inside == 1

        await eventually(one_works)
        async with store.reading() as connection:
            await connection.execute(text("SELECT 1"))
        assert inside == 1
        leave.set()
        await asyncio.gather(*working)
