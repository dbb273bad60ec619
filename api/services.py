"""What the calls work with, opened once a process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from temporalio.client import Client

from api.artifacts.process_pool import Arguments, JobLimitError, PoolBusyError, ProcessPool, T
from api.artifacts.rendering import FragmentCache
from api.components import Components
from api.errors import ConflictError, UnavailableError
from api.hitl.outcome_waiter import OutcomeWaiter
from api.realtime import Hub
from config.settings import Settings
from pipelines.catalogue import SHIPPED, Catalogue, load_catalogue
from store.bus import Bus
from store.database import Database, log_database_problem
from store.transaction import Store
from workflows.client import connect

log = structlog.get_logger(__name__)

DATABASE_SECONDS = 4.5
"""How long a call waits for PostgreSQL before it says that the database is unavailable."""


RESTARTS = 2
"""How many workflows are started again or ended at once: each holds a connection meanwhile, and needs others."""


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    store: Store
    temporal: Client
    pipelines: Catalogue
    hub: Hub
    outcome_waiter: OutcomeWaiter
    components: Components
    processes: ProcessPool
    fragments: FragmentCache
    restarts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(RESTARTS))

    async def worked(self, function: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """What a function makes of content, in a process of its own.

        Raises:
            ConflictError: it takes too long.
            UnavailableError: other content keeps all processes busy.
            ApiError: what the function raises.
        """
        try:
            return await self.processes.run(function, *arguments)
        except JobLimitError:
            raise ConflictError("The content is too involved for that.") from None
        except PoolBusyError:
            raise UnavailableError("The API is busy with other content.") from None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Services]:
    """The services; none of the servers behind them needs to be there yet."""
    database, bus = Database(settings, seconds=DATABASE_SECONDS), Bus(settings)
    pipelines = load_catalogue(SHIPPED, *filter(None, [settings.pipelines_dir]))
    for one in pipelines.left_out:
        log.warning("pipeline_left_out", file=one.file, problems=list(one.problems))
    store, processes = Store(database, bus), ProcessPool()
    looking = asyncio.create_task(log_database_problem(database))
    try:
        hub, temporal = Hub(store, settings), await connect(lazy=True)
        components = Components(store, temporal, settings.task_queue)
        fragments = FragmentCache(processes)
        yield Services(
            settings, store, temporal, pipelines, hub, OutcomeWaiter(store, hub), components, processes, fragments
        )
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await processes.close()
        await bus.close()
        await database.close()
