"""What is old is removed: projects in batches, by several workers, beside writers and after kills; and contents."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from config.settings import Settings
from models.contracts.enums import ProjectStatus
from models.contracts.event_data import ErrorEvent
from models.contracts.pipeline import Pipeline
from store import contents, project_details, project_start, projects, removal
from store.contents import hash_of
from store.database import DATABASE_ERRORS
from store.transaction import Store
from tests.waiting import eventually
from worker import retention
from worker.retention import Retention

DAYS = 30
PLAIN = Pipeline.model_validate(
    {"name": "plain", "stages": [{"name": "plan", "agent": "analyst", "produces": ["project_plan"]}]}
)


@pytest.fixture(scope="module")
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"retention_days": float(DAYS)})


async def project(store: Store, brief: str, status: ProjectStatus | None = ProjectStatus.COMPLETED) -> UUID:
    new = project_start.NewProject(uuid4(), "A project", brief, PLAIN)
    async with store.transaction(new.id) as tx:
        assert await project_start.create(tx, new)
    if status is not None:
        async with store.transaction(new.id) as tx:
            await projects.set_status(tx, status, "ended", None)
    return new.id


async def age(store: Store, *ids: UUID, days: float = DAYS + 1) -> None:
    """Let projects have ended, and all contents have been stored, so long ago."""
    old = datetime.now(UTC) - timedelta(days=days)
    async with store.writing() as connection:
        query = "UPDATE project SET updated_at = :old, ended_at = :old WHERE id = ANY(:ids) AND ended_at IS NOT NULL"
        await connection.execute(text(query), {"old": old, "ids": list(ids)})
        # Without waiting for writers of contents, which lock them in another order.
        free = "SELECT hash FROM content FOR UPDATE SKIP LOCKED"
        query = f"UPDATE content SET stored_at = :old FROM ({free}) AS free WHERE content.hash = free.hash"
        await connection.execute(text(query), {"old": old})


async def left(store: Store, ids: list[UUID]) -> list[UUID]:
    async with store.reading() as connection:
        found = set(await connection.scalars(text("SELECT id FROM project WHERE id = ANY(:ids)"), {"ids": ids}))
    return [id for id in ids if id in found]


async def stored(store: Store, *briefs: str) -> list[str]:
    """Those of the briefs whose content is stored."""
    async with store.reading() as connection:
        missing = await contents.missing(connection, (hash_of(brief.encode()) for brief in briefs))
    return [brief for brief in briefs if hash_of(brief.encode()) not in missing]


async def remove_all(sweep: Callable[[], Awaitable[int]]) -> None:
    while await sweep():
        pass


async def test_what_ended_long_ago_goes_and_everything_else_stays(store: Store, settings: Settings) -> None:
    own, shared = f"own {uuid4()}", f"shared {uuid4()}"
    old, other = await project(store, own), await project(store, shared)
    fresh = await project(store, shared)
    open_, kept, changed = await project(store, "x", None), await project(store, "x"), await project(store, "x")
    async with store.transaction(kept) as tx:
        assert await project_details.change(tx, {"kept": True}, "Ada")
    everything = [old, other, fresh, open_, kept, changed]
    await age(store, old, other, open_, kept, changed)
    async with store.transaction(changed) as tx:
        tx.record(ErrorEvent(message="late"), key="late")
    off = Retention(store, settings.model_copy(update={"retention_days": None}))
    assert await off.remove_projects() == 0
    assert await left(store, everything) == everything
    await remove_all(Retention(store, settings).remove_projects)
    assert await left(store, everything) == [fresh, open_, kept, changed]
    assert await stored(store, own, shared) == [shared]


async def test_several_workers_remove_each_project_once(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PROJECTS", 3)
    ids = [await project(store, f"brief {number % 4}") for number in range(14)]
    await age(store, *ids)
    removed: list[UUID] = []
    monkeypatch.setattr(store.bus, "publish_removal", lambda project_id, head: removed.append(project_id))
    await asyncio.gather(*(remove_all(Retention(store, settings).remove_projects) for _ in range(3)))
    assert await left(store, ids) == []
    assert sorted(removed) == sorted(ids)


async def test_a_project_that_cannot_be_removed_holds_up_no_other(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PROJECTS", 2)
    ids = [await project(store, "brief") for _ in range(4)]
    await age(store, *ids)
    sweep = Retention(store, settings).remove_projects
    async with store.writing() as writer:
        await writer.execute(text("SELECT FROM project WHERE id = ANY(:ids) FOR UPDATE"), {"ids": ids[:2]})
        await remove_all(sweep)
        assert await left(store, ids) == ids[:2]
    await remove_all(sweep)
    assert await left(store, ids) == []


async def test_a_kill_in_the_middle_leaves_a_whole_project_or_contents_that_are_found_later(
    store: Store, settings: Settings
) -> None:
    brief = f"killed {uuid4()}"
    project_id = await project(store, brief)
    await age(store, project_id)

    async def killed() -> None:
        async with store.writing() as connection:
            assert await removal.remove(connection, project_id) is not None
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DATABASE_ERRORS):
        await killed()
    assert await left(store, [project_id]) == [project_id]
    async with store.reading() as connection:
        assert await projects.brief(connection, project_id) == brief
    async with store.writing() as connection:
        assert await removal.remove(connection, project_id) is not None  # and is killed before it tidies up
    assert await stored(store, brief) == [brief]
    await remove_all(Retention(store, settings).remove_contents)
    assert await stored(store, brief) == []


async def test_a_content_that_an_answer_may_name_stays(store: Store, settings: Settings) -> None:
    young, again, asked, old = (f"{name} {uuid4()}" for name in ("young", "again", "asked", "old"))
    async with store.writing() as connection:
        await contents.put(connection, [each.encode() for each in (again, asked, old)])
    await age(store, days=2)
    async with store.writing() as connection:
        await contents.put(connection, [young.encode(), again.encode()])
    project_id = await project(store, "brief")
    async with store.writing() as connection:  # a gate that was open before `asked` was stored
        await connection.execute(text(_OPEN_GATE), {"id": project_id, "content": hash_of(asked.encode())})
    sweep = Retention(store, settings).remove_contents
    await remove_all(sweep)
    assert await stored(store, young, again, asked, old) == [young, again, asked]
    async with store.writing() as connection:
        query = text("UPDATE hitl_request SET status = 'approved' WHERE project_id = :id")
        await connection.execute(query, {"id": project_id})
    await remove_all(sweep)
    assert await stored(store, young, again, asked, old) == [young, again]


_OPEN_GATE = """
WITH step AS (
    INSERT INTO task (id, project_id, workflow_id, agent_type, stage, round, status, accepted, attempt, failures,
                      handoff, created_at, updated_at)
    VALUES (gen_random_uuid(), :id, 'project-', 'analyst', 'plan', 1, 'completed', false, 1, 0, '{}', now(), now())
    RETURNING id, workflow_id
), stored AS (
    UPDATE content SET stored_at = stored_at + interval '2 hours' WHERE hash = :content RETURNING stored_at
)
INSERT INTO hitl_request (id, project_id, task_id, workflow_id, agent_type, stage, round, question, reason, artifacts,
                          may_redo, status, created_at, expires_at)
SELECT gen_random_uuid(), :id, step.id, workflow_id, 'analyst', 'plan', 1, '', 'review', '[]', true, 'pending',
       stored_at - interval '1 hour', now()
FROM step, stored
"""


@pytest.mark.parametrize("with_project", [False, True])
async def test_what_is_stored_again_while_it_is_removed_is_there_afterwards(store: Store, with_project: bool) -> None:
    brief = f"again {uuid4()}"
    key = {"hash": hash_of(brief.encode())}

    async def put() -> None:
        if with_project:
            await project(store, brief)
        else:
            async with store.writing() as connection:
                await contents.put(connection, [brief.encode()])

    await put()
    async with store.writing() as connection:
        await connection.execute(text("DELETE FROM artifact WHERE content_hash = :hash"), key)
    await age(store)
    async with store.writing() as remover:
        await remover.execute(text("SELECT FROM content WHERE hash = :hash FOR UPDATE"), key)
        putting = asyncio.create_task(put())

        async def waits() -> bool:
            query = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            async with store.reading() as connection:
                return putting.done() or bool(await connection.scalar(query))

        await eventually(waits)
        await remover.execute(text("DELETE FROM content WHERE hash = :hash"), key)
    await putting
    assert await stored(store, brief) == [brief]


async def test_sixteen_writers_beside_it_see_no_error(store: Store, settings: Settings) -> None:
    """They write the contents that are being removed, again and again."""
    briefs = [f"{number} {uuid4()}" for number in range(3)]
    written: list[UUID] = []
    done = asyncio.Event()

    async def write(number: int) -> None:
        for turn in range(12):
            written.append(await project(store, briefs[(number + turn) % len(briefs)]))
            async with store.writing() as connection:
                await contents.put(connection, [each.encode() for each in briefs])

    async def sweep() -> None:
        own = Retention(store, settings)
        while not done.is_set():
            await age(store, *written)
            await own.remove_projects()
            await own.remove_contents()

    sweepers = [asyncio.create_task(sweep()) for _ in range(2)]
    try:
        await asyncio.gather(*(write(number) for number in range(16)))
    finally:
        done.set()
        await asyncio.gather(*sweepers)
    await age(store, *written)
    own = Retention(store, settings)
    await remove_all(own.remove_projects)
    await remove_all(own.remove_contents)
    assert await left(store, written) == []
    assert await stored(store, *briefs) == []
