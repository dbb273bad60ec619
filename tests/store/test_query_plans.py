"""What a query reads does not grow with what it does not return: counted in pages, which no busy machine changes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sized
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from psycopg.errors import Diagnostic
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import HitlStatus, ProjectStatus
from store import (
    artifacts,
    estimates,
    events,
    hitl,
    open_workflows,
    project_list,
    project_retry,
    project_start,
    projects,
    removal,
    stop_log,
    stops,
    tasks,
    usage,
)
from store.project_list import Position, ProjectFilter
from store.statement import driver_of, run
from store.transaction import Store
from tests.store.many_projects import (
    FEW,
    FUNCTIONS,
    LONG_LOG,
    LONGEST,
    MANY,
    MANY_VERSIONS,
    VERSIONS,
    fill,
    hash_of,
    id_of,
)

GRACE = timedelta(seconds=2)

Query = Callable[[AsyncConnection, int], Awaitable[Any]]
"""Called with the connection and the number of projects. Returns a collection, or one row."""


ALL = ProjectFilter()
PAGE = [id_of(1, n) for n in range(500, 550)]

QUERIES: dict[str, Query] = {
    "the inbox": lambda c, _: hitl.find(c, status=HitlStatus.PENDING, limit=20),
    "its last page": lambda c, last: hitl.find(c, status=HitlStatus.PENDING, after=id_of(4, last - 50), limit=9),
    "the requests of a project": lambda c, _: hitl.find(c, project_id=id_of(1, 700), limit=20),
    "the newest projects": lambda c, _: project_list.find(c, ALL, limit=51),
    "a later page of projects": lambda c, _: project_list.find(
        c, ProjectFilter(), after=Position(id_of(1, 700)), limit=51
    ),
    "projects by status": lambda c, _: project_list.find(c, ProjectFilter([ProjectStatus.ACTIVE]), limit=51),
    "projects by name": lambda c, last: project_list.find(c, ProjectFilter(search=hash_of(last - 222)[:12]), limit=9),
    "projects by owner": lambda c, _: project_list.find(c, ProjectFilter(owner="MÉLANIE"), limit=9),
    "the newest of an owner": lambda c, _: project_list.find(c, ProjectFilter(owner="Ops"), limit=9),
    "the counts of an owner": lambda c, _: project_list.counts(c, ProjectFilter(owner="mélanie")),
    "the counts of a search": lambda c, last: project_list.counts(c, ProjectFilter(search=hash_of(last - 222)[:12])),
    "progress of projects": lambda c, _: projects.accepted_stages(c, PAGE),
    "costs of projects": lambda c, _: usage.of_projects(c, PAGE),
    "open requests of projects": lambda c, _: hitl.oldest_open(c, PAGE),
    "heads of open projects": lambda c, _: events.heads_of_open_projects(c, datetime.now(UTC)),
    "heads": lambda c, _: events.heads(c, PAGE),
    "the end of a log": lambda c, _: events.since(c, id_of(1, 700), 4),
    "an event by its key": lambda c, _: events.is_recorded(c, id_of(1, 700), f"task:{id_of(2, 700)}:3"),
    "a delivery": lambda c, _: artifacts.delivery(c, id_of(1, 700)),
    "artifacts": lambda c, _: artifacts.of_project(c, id_of(1, 700)),
    "tasks": lambda c, _: tasks.outline(c, id_of(1, 700)),
    "unstarted projects": lambda c, _: project_start.unstarted(c, GRACE),
    "unstarted tasks": lambda c, _: tasks.unstarted(c, GRACE),
    "workflows with problems": lambda c, _: open_workflows.with_problems(c),
    "problems": lambda c, _: open_workflows.problem_counts(c),
    "old projects": lambda c, _: removal.find_old(c, datetime(2025, 1, 2, tzinfo=UTC), None, 20),
    "stops": lambda c, _: stops.all_held(c),
    "stops to announce": lambda c, _: stop_log.unannounced(c, GRACE),
}


@dataclass(frozen=True)
class Read:
    """How many pages of tables and indexes the statements of a query read, and how many rows it returned."""

    pages: int
    rows: int


async def read_by(query: Query, connection: AsyncConnection, projects: int) -> Read:
    plans: list[str] = []

    def note(diagnostic: Diagnostic) -> None:
        plans.append((diagnostic.message_primary or "").partition("plan:\n")[2])

    driver = driver_of(connection)
    driver.add_notice_handler(note)
    await run(connection, "SET client_min_messages = log")
    try:
        result = await query(connection, projects)
    finally:
        await run(connection, "SET client_min_messages = notice")
        driver.remove_notice_handler(note)
    found = [json.loads(plan)["Plan"] for plan in plans if "Shared Hit Blocks" in plan]
    assert found
    pages = sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in found)
    return Read(pages, len(result) if isinstance(result, Sized) else 1)


@pytest_asyncio.fixture(scope="module")
async def connection(store: Store) -> AsyncIterator[AsyncConnection]:
    """A connection that reports the plan of each statement."""
    async with store.reading(600) as connection:
        for function in FUNCTIONS:
            await run(connection, function)
        await run(connection, "LOAD 'auto_explain'")
        for setting in ("log_min_duration = 0", "log_analyze = on", "log_buffers = on", "log_format = json"):
            await run(connection, "SET auto_explain." + setting)
        yield connection


@pytest_asyncio.fixture(scope="module")
async def reads(connection: AsyncConnection) -> dict[str, tuple[Read, Read]]:
    """What each query reads of few projects, and of many."""
    await fill(connection, 1, FEW)
    few = {name: await read_by(query, connection, FEW) for name, query in QUERIES.items()}
    await fill(connection, FEW + 1, MANY)
    return {name: (few[name], await read_by(query, connection, MANY)) for name, query in QUERIES.items()}


@pytest.mark.parametrize("name", QUERIES)
async def test_a_query_reads_what_it_returns_and_not_all_projects(
    reads: dict[str, tuple[Read, Read]], name: str
) -> None:
    few, many = reads[name]
    more = max(1, many.rows) / max(1, few.rows)
    assert many.pages <= 1.5 * more * few.pages + 10, f"{few}, then {many}"


async def test_the_counts_read_no_more_projects_than_they_count(
    connection: AsyncConnection, reads: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_list, "MOST", 200)
    read = await read_by(lambda c, _: project_list.counts(c, ALL), connection, MANY)
    assert read.pages < 100


async def test_the_removal_of_a_project_reads_its_own_rows(connection: AsyncConnection, reads: object) -> None:
    """Also for each row that it removes, those that refer to it."""
    await run(connection, "SET auto_explain.log_nested_statements = on")
    read = await read_by(lambda c, _: removal.remove(c, id_of(1, 901)), connection, MANY)
    await run(connection, "SET auto_explain.log_nested_statements = off")
    assert read.pages < 300


async def test_an_estimate_looks_at_the_newest_projects_that_asked_models(
    connection: AsyncConnection, reads: object
) -> None:
    read = await read_by(lambda c, _: estimates.of_pipeline(c, "p", None), connection, MANY)
    assert read.pages < 6 * estimates.LOOKED_AT


async def test_the_retries_are_found_in_a_long_log(connection: AsyncConnection, reads: object) -> None:
    await run(connection, LONG_LOG, events=LONGEST)
    await run(connection, "UPDATE project SET generation = 2 WHERE id = id_of(1, 1)")
    await run(connection, "ANALYZE event")
    read = await read_by(lambda c, _: project_retry.of_project(c, id_of(1, 1)), connection, MANY)
    assert read.rows == 1
    assert read.pages < 30


async def test_a_delivery_is_found_among_many_versions(connection: AsyncConnection, reads: object) -> None:
    await run(connection, MANY_VERSIONS, versions=VERSIONS)
    await run(connection, "ANALYZE artifact")
    read = await read_by(lambda c, _: artifacts.delivery(c, id_of(1, 1)), connection, MANY)
    assert read.rows == 2
    assert read.pages < 10
