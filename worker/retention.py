"""Remove projects that ended long ago, contents that nothing names, what nobody signs in with any more, and old entries
of the audit log, in small batches."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from config.settings import Settings
from store import removal, unnamed_contents
from store.identity import remains
from store.removal import NotRemovableError, OldProject
from store.transaction import Store
from worker.one_of_many import one_of_many

log = structlog.get_logger(__name__)

PROJECTS = 50
"""Projects in a batch. After a full one, the next follows at once."""

MAX_PAUSE = 1.0
"""Seconds after the removal of a large project."""

CONTENTS = 200
"""Contents that are looked at in a pass: a million in 7 hours, for 3 ms of the database every 5 s."""


CREDENTIALS = 200
"""Sessions, and tokens, that are looked at in a pass."""

AUDITED = 1000
"""Entries of the audit log in a batch. After a full one, the next follows at once."""


class Retention:
    """What one worker removes. Several share the work: what another is removing is skipped."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._days = store, settings.retention_days
        self._last_project: OldProject | None = None
        self._last_content = ""
        self._audit_days = settings.audit_retention_days
        self._last = {remains.SESSIONS: remains.FIRST, remains.TOKENS: remains.FIRST}

    async def remove_projects(self) -> int:
        """Remove a batch of projects that ended, and last changed, before the retention period. Return how many were
        in it; those that something else writes to stay for a later pass."""
        if self._days is None:
            return 0
        before = datetime.now(UTC) - timedelta(days=self._days)
        async with self._store.reading() as connection:
            batch = await removal.find_old(connection, before, self._last_project, PROJECTS)
        self._last_project = batch[-1] if len(batch) == PROJECTS else None
        removed = 0
        for project in batch:
            started = time.monotonic()
            with one_of_many("project_not_removed", project_id=str(project.id)):
                removed += await self._remove(project, before)
            # A removal blocks no reader, but it takes the processor: half of the time is for others. Between two
            # projects, and not between two batches, so that nobody waits for a whole batch.
            await asyncio.sleep(min(time.monotonic() - started, MAX_PAUSE))
        if removed:
            log.info("projects_removed", count=removed)
        return len(batch)

    async def remove_contents(self) -> int:
        """Look at the next contents, and remove those that nothing names. Return how many."""
        async with self._store.writing() as connection:
            hashes = await unnamed_contents.page(connection, self._last_content, CONTENTS)
            self._last_content = hashes[-1] if len(hashes) == CONTENTS else ""
            removed = await unnamed_contents.remove(connection, hashes)
        if removed:
            log.info("contents_removed", count=removed)
        return removed

    async def remove_credentials(self) -> int:
        """Look at the next sessions and tokens, and remove those that ended long ago, and links that have expired.
        Return how many."""
        async with self._store.writing() as connection:
            removed = await remains.remove_codes(connection)
        for statement, after in self._last.items():
            async with self._store.writing() as connection:
                count, self._last[statement] = await remains.remove_ended(connection, statement, after, CREDENTIALS)
            removed += count
        if removed:
            log.info("credentials_removed", count=removed)
        return removed

    async def remove_audited(self) -> int:
        """Remove a batch of entries of the audit log that are older than the operator wants. Return how many."""
        if self._audit_days is None:
            return 0
        async with self._store.writing() as connection:
            removed = await remains.remove_events(connection, timedelta(days=self._audit_days), AUDITED)
        if removed:
            log.info("audited_events_removed", count=removed)
        return removed

    async def _remove(self, project: OldProject, before: datetime) -> bool:
        try:
            async with self._store.database.writing(removal.SECONDS) as connection:
                removed = await removal.remove(connection, project.id, before)
        except (NotRemovableError, *removal.BUSY):
            return False
        if removed is None:
            return False
        await removal.tidy_up(self._store, removed)
        return True


async def run_retention(store: Store, settings: Settings) -> None:
    """Remove what is old forever. What fails is retried in the next pass."""
    retention = Retention(store, settings)
    while True:
        await _try(retention.remove_contents)
        await _try(retention.remove_credentials)
        is_full = await _try(retention.remove_audited) == AUDITED
        is_full |= await _try(retention.remove_projects) == PROJECTS
        await asyncio.sleep(0 if is_full else settings.sweep_seconds)


async def _try(remove: Callable[[], Awaitable[int]]) -> int:
    try:
        return await remove()
    except Exception as error:
        log.warning("sweep_failed", sweep=remove.__name__, reason=repr(error))
        return 0
