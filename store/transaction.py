"""The unit of work: write, update the project's row, number its events, add them to its log, commit, publish."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

import orjson
import psycopg
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import AgentStatus, ProjectStatus
from models.contracts.event_data import AgentStatusChange, EventData
from models.contracts.events import Event
from models.contracts.names import AgentType
from store.events import IS_KEY, event_of
from store.statement import run, with_statuses

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from store.bus import Bus
    from store.database import Database

# The last statement of every unit of work. Only this statement locks the project's row, and the commit follows at once:
# the numbers of a log have no gaps, and events commit in the order of their numbers. An event whose key is in the log
# is left out. If another transaction commits the same key while this statement waits for the lock, the unique
# constraint makes it fail, and the activity's retry finds the work done. A final status never changes; otherwise the
# status is `waiting` while a gate is open.
_FLUSH: LiteralString = with_statuses("""
WITH {first}incoming AS (
    SELECT * FROM ROWS FROM (jsonb_to_recordset(%(events)s::jsonb)
        AS (event_type text, task_id uuid, agent_type text, data jsonb, dedupe_key text))
        WITH ORDINALITY AS i (event_type, task_id, agent_type, data, dedupe_key, position)
), fresh AS (
    SELECT *, row_number() OVER (ORDER BY position) AS number FROM incoming
    WHERE {when} AND NOT EXISTS (
        SELECT FROM event WHERE event.project_id = %(project_id)s AND {is_key})
), updated AS (
    UPDATE project SET {also}
        last_seq = last_seq + (SELECT count(*) FROM fresh),
        open_requests = open_requests + %(opened)s,
        phase = COALESCE(%(phase)s, phase),
        reason = COALESCE(%(reason)s, reason),
        status = CASE
            WHEN status IN {final_project_statuses} THEN status
            WHEN COALESCE(%(status)s, status) IN {running_project_statuses}
                THEN CASE WHEN open_requests + %(opened)s > 0 THEN 'waiting' ELSE 'active' END
            ELSE COALESCE(%(status)s, status) END,
        ended_at = CASE
            WHEN ended_at IS NULL AND %(status)s IN {final_project_statuses}
            THEN clock_timestamp() ELSE ended_at END,
        updated_at = clock_timestamp()
    WHERE id = %(project_id)s AND {when} AND {row}
    RETURNING last_seq - (SELECT count(*) FROM fresh) AS head
), agents AS (
    -- An agent that works on two tasks at once is idle when the task that it started last is done.
    INSERT INTO agent_state (project_id, agent_type, status, task_id, updated_at)
    SELECT %(project_id)s, agent_type, status, task_id, clock_timestamp()
    FROM jsonb_to_recordset(%(agents)s::jsonb) AS a (agent_type text, status text, task_id uuid) WHERE {when}
    ON CONFLICT (project_id, agent_type) DO UPDATE
    SET status = excluded.status, task_id = excluded.task_id, updated_at = excluded.updated_at
    WHERE excluded.task_id = ANY(%(started_tasks)s) OR agent_state.task_id = excluded.task_id
)
INSERT INTO event (project_id, seq, event_type, task_id, agent_type, data, dedupe_key, created_at)
SELECT %(project_id)s, head + number, event_type, task_id, agent_type, data, dedupe_key, clock_timestamp()
FROM fresh, updated
RETURNING project_id, seq, event_type, task_id, agent_type, data, created_at
""").replace("{is_key}", IS_KEY.replace("{key}", "incoming.dedupe_key"))


_AFTER: LiteralString = _FLUSH.replace("{row}", "true").replace("{also}", "")
_LAST: LiteralString = _AFTER.replace("{first}", "").replace("{when}", "true")


class ProjectUnknownError(LookupError):
    """A write names a project that does not exist."""


class ContradictionError(Exception):
    """A write contradicts the records. A retry cannot help."""


def flush_after(first: LiteralString, when: LiteralString) -> LiteralString:
    """Return a statement that is a unit of work by itself: it writes what the CTEs `first` write, and then the changes,
    `when` they have written it. `first` reads nothing that another of its CTEs writes, except what that returns."""
    return _AFTER.replace("{first}", f"{first}, ").replace("{when}", when)


def flush_if(row: LiteralString, also: LiteralString = "") -> LiteralString:
    """Return a statement that is a unit of work by itself: it writes the changes, which are of no agent, if the
    project's row meets the condition `row`, and sets `also` in it. Of two at once, the second compares the row that the
    first has written."""
    return _FLUSH.replace("{first}", "").replace("{when}", "true").replace("{row}", row).replace("{also}", also)


class Changes:
    """The changes of one project's row and log that a unit of work makes.

    `principal_id` is who causes it, which each event then names.
    """

    def __init__(self, project_id: UUID, principal_id: UUID | None = None) -> None:
        self.project_id = project_id
        self.principal_id = principal_id
        self._events: list[dict[str, Any]] = []
        self._agents: dict[AgentType, dict[str, Any]] = {}
        self._started_tasks: list[UUID] = []
        self._opened_requests = 0
        self._status: ProjectStatus | None = None
        self._phase: str | None = None
        self._reason: str | None = None

    def record(
        self, data: EventData, *, key: str, task_id: UUID | None = None, agent_type: AgentType | None = None
    ) -> None:
        """Add an event. `key` names the fact within the project: a second event with the same key is left out."""
        if self.principal_id is not None and data.principal_id is None:
            data = data.model_copy(update={"principal_id": self.principal_id})
        self._events.append(
            {
                "event_type": data.event_type,
                "task_id": task_id,
                "agent_type": agent_type,
                "data": data.recorded(),
                "dedupe_key": key,
            }
        )

    def update_project(
        self, *, status: ProjectStatus | None = None, phase: str | None = None, reason: str | None = None
    ) -> None:
        """Set columns of the project's row. None leaves a column as it is."""
        self._status, self._phase, self._reason = status or self._status, phase or self._phase, reason or self._reason

    def set_agent_status(self, agent_type: AgentType, status: AgentStatus, task_id: UUID, key: str) -> None:
        """Set an agent's status and record the change. The last call for an agent wins. `key` names the occasion."""
        if status is AgentStatus.WORKING:
            self._started_tasks.append(task_id)
        self._agents[agent_type] = {"agent_type": agent_type, "status": status, "task_id": task_id}
        self.record(
            AgentStatusChange(status=status), key=f"agent:{key}:{status}", task_id=task_id, agent_type=agent_type
        )

    def change_open_requests(self, opened: int) -> None:
        """Count the HITL requests that this unit of work opened; a closed one counts as -1."""
        self._opened_requests += opened

    def values(self) -> dict[str, Any]:
        """Return the changes as parameters of a flush."""
        return {
            "project_id": self.project_id,
            "events": orjson.dumps(self._events).decode(),
            "agents": orjson.dumps(list(self._agents.values())).decode(),
            "started_tasks": self._started_tasks,
            "opened": self._opened_requests,
            "status": self._status,
            "phase": self._phase,
            "reason": self._reason,
        }


class Transaction(Changes):
    """The unit of work of one project. Write rows through `connection` and events with `record`."""

    def __init__(self, project_id: UUID, connection: AsyncConnection, principal_id: UUID | None = None) -> None:
        super().__init__(project_id, principal_id)
        self.connection = connection
        self.committed: list[Callable[[], None]] = []
        """What to call once it is committed."""

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the unit of work is committed, and not if it is rolled back."""
        self.committed.append(call)

    async def flush(self) -> list[Event]:
        """Write the project's row and the events, and return the events. The store calls it right before commit."""
        return [event_of(row) for row in await run(self.connection, _LAST, **self.values())]


class Store:
    """The database and the event bus, for activities and the API.

    Args:
        places: how many connections it uses at a time; more wait for their turn, however long. For work that may wait,
            and is done by thousands at once: those that may not wait then still find a connection of the pool.
    """

    def __init__(self, database: Database, bus: Bus, places: int | None = None) -> None:
        self.database = database
        self.bus = bus
        self._places: AbstractAsyncContextManager[object] = asyncio.Semaphore(places) if places else nullcontext()

    def with_places(self, places: int) -> Store:
        """Return a store over the same pool of connections, with places of its own."""
        return Store(self.database, self.bus, places)

    @asynccontextmanager
    async def reading(self, seconds: float | None = None) -> AsyncIterator[AsyncConnection]:
        """Open a connection for reading, as `Database.reading` does."""
        async with self._places, self.database.reading(seconds) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection with a transaction that records no event, as `Database.writing` does."""
        async with self._places, self.database.writing() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self, project_id: UUID, principal_id: UUID | None = None) -> AsyncIterator[Transaction]:
        """Open a unit of work. It commits when the block ends, then publishes its events; an exception rolls it back.
        A person or a service that causes it is named by `principal_id`.

        Raises:
            ProjectUnknownError: the project does not exist.
        """
        try:
            async with self.writing() as connection:
                tx = Transaction(project_id, connection, principal_id)
                yield tx
                events = await tx.flush()
                if not events and not await _project_exists(connection, project_id):
                    raise ProjectUnknownError(f"project {project_id} does not exist")
        except (IntegrityError, psycopg.IntegrityError) as error:
            async with self.reading() as connection:
                if not await _project_exists(connection, project_id):
                    raise ProjectUnknownError(f"project {project_id} does not exist") from error
            raise
        self.bus.publish(events)
        for call in tx.committed:
            call()

    async def apply(self, changes: Changes, statement: LiteralString, **values: Any) -> bool:
        """Run a statement that is a unit of work by itself, and publish its events. Return False if it recorded
        nothing: its condition was not met, or another transaction wrote the same meanwhile."""
        try:
            async with self.reading() as connection:
                rows = await run(connection, statement, **changes.values(), **values)
        except psycopg.IntegrityError:
            return False
        self.bus.publish(event_of(row) for row in rows)
        return bool(rows)


async def _project_exists(connection: AsyncConnection, project_id: UUID) -> bool:
    return bool(await run(connection, "SELECT 1 AS found FROM project WHERE id = %(id)s", id=project_id))
