"""What the routes work with: connections and shared objects, opened once per process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from temporalio.client import Client

from api.artifacts.process_pool import Arguments, JobLimitError, PoolBusyError, ProcessPool, T
from api.artifacts.rendering import FragmentCache
from api.auth.administrators import introduce_first_admin
from api.auth.authenticator import Authenticator
from api.auth.oidc.provider import Provider
from api.auth.passwords import Passwords
from api.auth.request_limits import RequestLimits
from api.errors import ConflictError, UnavailableError
from api.health.checks import HealthChecks
from api.hitl.outcome_waiter import OutcomeWaiter
from api.hitl.signing import ResponseSigner
from api.metrics import ApiMetrics
from api.realtime import Hub
from config.settings import Settings
from pipelines.catalogue import SHIPPED, Catalogue, load_catalogue
from store.bus import Bus
from store.database import Database, log_database_problem
from store.transaction import Store
from telemetry.engine import engine_metrics
from workflows.client import connect

log = structlog.get_logger(__name__)

DATABASE_SECONDS = 4.5
"""How long a request waits for PostgreSQL before it is answered with 503."""

MAX_RECOVERIES = 2
"""How many workflows may be restarted or ended at once: each holds one database connection and needs others."""


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    store: Store
    temporal: Client
    pipelines: Catalogue
    hub: Hub
    authenticator: Authenticator
    limits: RequestLimits
    passwords: Passwords
    provider: Provider | None
    outcome_waiter: OutcomeWaiter
    signer: ResponseSigner
    health_checks: HealthChecks
    metrics: ApiMetrics
    processes: ProcessPool
    fragments: FragmentCache
    recovery_slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_RECOVERIES))

    async def run_in_process(
        self, function: Callable[[*Arguments], T], *arguments: *Arguments, person: UUID | None
    ) -> T:
        """Run a function on content in a process of its own and return its result. `person` is who asks.

        Raises:
            ConflictError: it takes too long.
            UnavailableError: all processes are busy.
            ApiError: whatever the function raises.
        """
        try:
            return await self.processes.run(function, *arguments, person=person)
        except JobLimitError:
            raise ConflictError("The content is too complex to process.") from None
        except PoolBusyError:
            raise UnavailableError("The API is busy processing other content.") from None


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open the services. None of the servers behind them needs to be available yet."""
    database, bus = Database(settings, seconds=DATABASE_SECONDS), Bus(settings)
    pipelines = load_catalogue(SHIPPED, *filter(None, [settings.pipelines_dir]))
    for skipped in pipelines.left_out:
        log.warning("pipeline_left_out", file=skipped.file, problems=list(skipped.problems))
    store, processes, limits = Store(database, bus), ProcessPool(), RequestLimits(settings)
    authenticator = Authenticator(store, settings, limits)
    provider = Provider(settings) if settings.oidc_issuer and not authenticator.is_open else None
    running = [asyncio.create_task(log_database_problem(database))]
    try:
        hub, temporal = Hub(store, settings, authenticator), await connect(lazy=True, with_metrics=True)
        metrics = ApiMetrics(store, hub, engine_metrics())
        running.append(asyncio.create_task(metrics.run()))
        signer = ResponseSigner(store, settings.signing_key)
        running.append(asyncio.create_task(signer.run()))
        running.append(asyncio.create_task(introduce_first_admin(store, settings)))
        yield Services(
            settings=settings,
            store=store,
            temporal=temporal,
            pipelines=pipelines,
            hub=hub,
            authenticator=authenticator,
            limits=limits,
            passwords=Passwords(),
            provider=provider,
            outcome_waiter=OutcomeWaiter(store, hub),
            signer=signer,
            health_checks=HealthChecks(store, temporal, settings.task_queue),
            metrics=metrics,
            processes=processes,
            fragments=FragmentCache(processes),
        )
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await limits.close()
        if provider is not None:
            await provider.close()
        await processes.close()
        await bus.close()
        await database.close()
