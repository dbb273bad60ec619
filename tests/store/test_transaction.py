"""One unit of work: a log without gaps whose commits are in its order, and nothing written twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from uuid import UUID

import psycopg
import pytest
from uuid_utils.compat import uuid7

from models.contracts.events import Event
from models.contracts.pipeline import Pipeline, Stage
from models.contracts.words import AgentType, ArtifactType, EventType, ProjectStatus
from models.settings import Settings
from store import artifacts, events, projects
from store.bus import Bus
from store.database import Database
from store.transaction import Store, Transaction

PIPELINE = Pipeline(
    name="one-stage", stages=(Stage(name="plan", agent=AgentType.ANALYST, produces=(ArtifactType.PROJECT_PLAN,)),)
)


class UndoneError(Exception):
    """Rolls a unit of work back."""


@pytest.fixture
async def project_id(store: Store) -> UUID:
    new = projects.NewProject(uuid7(), "A project", "# A brief", PIPELINE)
    async with store.transaction(new.id) as tx:
        assert await projects.create(tx, new)
    return new.id


async def log_of(store: Store, project_id: UUID) -> list[Event]:
    async with store.reading() as connection:
        return await events.since(connection, project_id, 0, limit=10_000)


async def write(store: Store, project_id: UUID, work: Callable[[Transaction], Awaitable[None]]) -> None:
    async with store.transaction(project_id) as tx:
        await work(tx)


async def test_writers_side_by_side_leave_no_gap_and_a_reader_that_follows_misses_nothing(
    store: Store, project_id: UUID
) -> None:
    chance = random.Random(7)
    writing = True
    seen = [event.seq for event in await log_of(store, project_id)]

    async def follow() -> None:
        while True:
            last = not writing
            async with store.reading() as connection:
                seen.extend(event.seq for event in await events.since(connection, project_id, seen[-1] or 0))
            if last:
                return
            await asyncio.sleep(0)

    async def writer(number: int) -> None:
        for turn in range(15):
            undone = chance.random() < 0.2
            try:
                async with store.transaction(project_id) as tx:
                    for one in range(chance.randint(0, 3)):
                        tx.record(EventType.ERROR, f"{number}:{turn}:{one}", message="a fact")
                    if undone:
                        raise UndoneError
            except UndoneError:
                pass

    following = asyncio.create_task(follow())
    await asyncio.gather(*(writer(number) for number in range(16)))
    writing = False
    await following

    written = [event.seq for event in await log_of(store, project_id)]
    assert written == list(range(1, len(written) + 1))
    assert len(written) > 100
    assert seen == written
    async with store.reading() as connection:
        assert (await events.heads(connection, [project_id]))[project_id] == written[-1]


async def test_a_fact_that_is_recorded_again_is_left_out_and_its_number_is_not_taken(
    store: Store, project_id: UUID
) -> None:
    async def work(tx: Transaction) -> None:
        tx.record(EventType.ERROR, "the same", message="first")

    async def more(tx: Transaction) -> None:
        tx.record(EventType.ERROR, "the same", message="again")
        tx.record(EventType.ERROR, "another", message="new")

    await write(store, project_id, work)
    await write(store, project_id, more)

    log = await log_of(store, project_id)
    assert [event.seq for event in log] == list(range(1, len(log) + 1))
    assert [event.data["message"] for event in log if event.event_type is EventType.ERROR] == ["first", "new"]


async def test_the_same_fact_from_two_at_once_stands_once(store: Store, project_id: UUID) -> None:
    async def work(tx: Transaction) -> None:
        tx.record(EventType.ERROR, "contested", message="mine")

    ended = await asyncio.gather(*(write(store, project_id, work) for _ in range(8)), return_exceptions=True)

    assert None in ended
    log = await log_of(store, project_id)
    assert [event.seq for event in log] == list(range(1, len(log) + 1))
    assert sum(event.event_type is EventType.ERROR for event in log) == 1


async def test_what_is_rolled_back_is_not_published(store: Store, project_id: UUID) -> None:
    async def undone(tx: Transaction) -> None:
        tx.record(EventType.ERROR, "undone", message="undone")
        raise UndoneError

    async with store.bus.listening() as pubsub:
        await pubsub.subscribe(store.bus.channel(project_id))
        with pytest.raises(UndoneError):
            await write(store, project_id, undone)
        async with store.transaction(project_id) as tx:
            tx.record(EventType.ERROR, "done", message="done")

        message = None
        while message is None or message["type"] != "message":
            message = await pubsub.get_message(timeout=5)
            assert message is not None, "nothing was published"

    assert Event.model_validate_json(message["data"]).data == {"message": "done"}


async def test_a_settled_project_keeps_its_status(store: Store, project_id: UUID) -> None:
    for status in (ProjectStatus.ACTIVE, ProjectStatus.REJECTED, ProjectStatus.ACTIVE, ProjectStatus.COMPLETED):
        async with store.transaction(project_id) as tx:
            await projects.set_status(tx, status, status, f"because {status}")

    async with store.reading() as connection:
        project = await projects.get(connection, project_id)
    assert project is not None
    assert project.status == ProjectStatus.REJECTED
    assert project.ended_at is not None


async def test_a_project_waits_as_long_as_a_gate_is_open(store: Store, project_id: UUID) -> None:
    statuses = []
    async with store.transaction(project_id) as tx:
        tx.change(status=ProjectStatus.ACTIVE)
    for opened in (+1, +1, -1, -1):
        async with store.transaction(project_id) as tx:
            tx.count_requests(opened)
        async with store.reading() as connection:
            project = await projects.get(connection, project_id)
        assert project is not None
        statuses.append(project.status)

    assert statuses == ["waiting", "waiting", "waiting", "active"]


async def test_versions_written_at_once_are_numbered_one_after_the_other(store: Store, project_id: UUID) -> None:
    async def upload(number: int) -> None:
        version = artifacts.NewVersion(
            type=ArtifactType.PROJECT_PLAN,
            body=f"plan {number}".encode(),
            media_type="text/markdown",
            author="human",
            origin_id=uuid7(),
            name="plan",
        )
        while True:
            try:
                async with store.transaction(project_id) as tx:
                    await artifacts.add(tx, [version])
            except psycopg.errors.UniqueViolation:
                continue  # the number was taken meanwhile; the writer tries again, as an activity does
            return

    await asyncio.gather(*(upload(number) for number in range(8)))

    async with store.reading() as connection:
        written = await artifacts.of_project(connection, project_id, type=ArtifactType.PROJECT_PLAN)
    assert sorted(one.version for one in written) == list(range(1, 9))


async def test_a_writer_owes_redis_nothing(settings: Settings) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    database, bus = Database(away), Bus(away)
    store = Store(database, bus)
    new = projects.NewProject(uuid7(), "A project", "# A brief", PIPELINE)

    async with asyncio.timeout(5), store.transaction(new.id) as tx:
        assert await projects.create(tx, new)

    assert len(await log_of(store, new.id)) == 2
    await bus.close()
    await database.close()


async def test_text_that_postgresql_cannot_hold_is_recorded_all_the_same(store: Store, project_id: UUID) -> None:
    async with store.transaction(project_id) as tx:
        tx.record(EventType.ERROR, "odd", message="a NUL \x00 and half of a pair \ud800")

    message = (await log_of(store, project_id))[-1].data["message"]
    assert message == "a NUL \ufffd and half of a pair ?"


async def test_nothing_is_written_for_a_project_that_is_unknown(store: Store) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="foreign key"):
        async with store.transaction(uuid7()) as tx:
            await artifacts.add(
                tx,
                [
                    artifacts.NewVersion(
                        type=ArtifactType.PROJECT_PLAN,
                        body=b"x",
                        media_type="text/plain",
                        author="human",
                        origin_id=uuid7(),
                        name="plan",
                    )
                ],
            )
