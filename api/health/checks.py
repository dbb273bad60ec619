"""Health checks of the servers that the API needs, and of the workers, as this process sees them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest, GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from api.health import task_queues
from api.shapes.health import ComponentHealth
from api.shared_call import SharedCall
from config.postgres import explain
from models.contracts.enums import WorkflowProblemKind
from models.contracts.search_attributes import SEARCH_ATTRIBUTES
from store import open_workflows, tasks
from store.transaction import Store
from workflows.client import means_workflow_is_gone
from workflows.options import records_queue

CHECK_SECONDS = 1.5
"""How long a component may take to answer, so that a health request is answered within two seconds."""

DATABASE_SECONDS = 1.2
"""How long the database may take: less, because cancelling the query takes another round trip to it."""

POLLED_WITHIN = timedelta(seconds=70)
"""A live worker polls at least once a minute; Temporal remembers a dead one for five."""

_NOT_PERMITTED = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.UNAUTHENTICATED}
"""What a server answers that does not let every client list its search attributes."""

VERSION_SECONDS = 300.0
"""How long the version of Redis is cached; the other servers report theirs with every answer."""


@dataclass(frozen=True, slots=True)
class _CheckResult:
    version: str | None = None
    count: int | None = None
    problem: str | None = None
    note: str | None = None


class HealthChecks:
    """The check of each component. They run concurrently; one that does not answer does not delay the others. Anybody
    may ask, and each check asks every server, so requests at the same time share the answers."""

    def __init__(self, store: Store, temporal: Client, task_queue: str) -> None:
        self._store, self._temporal, self._task_queue = store, temporal, task_queue
        self._redis_version: str | None = None
        self._redis_version_read_at: float | None = None
        self.run = SharedCall(self._run)
        self.problem_counts = SharedCall(self._read_problem_counts)

    async def _run(self) -> dict[str, ComponentHealth]:
        """Return the health of each component, by name."""
        checks = {
            "database": self._check_database,
            "redis": self._check_redis,
            "temporal": self._check_temporal,
            "worker": self._check_worker,
        }
        results = await asyncio.gather(*(_run_check(check) for check in checks.values()))
        return dict(zip(checks, results, strict=True))

    async def _read_problem_counts(self) -> dict[WorkflowProblemKind, int]:
        """Return how many workflows cannot continue, by what is wrong with them. Raises one of `DATABASE_ERRORS`."""
        async with self._store.reading(DATABASE_SECONDS) as connection:
            return await open_workflows.problem_counts(connection)

    async def _check_database(self) -> _CheckResult:
        version, note = await self._store.database.ping(DATABASE_SECONDS)
        return _CheckResult(version=version, note=note)

    async def _check_redis(self) -> _CheckResult:
        read_at, self._redis_version_read_at = self._redis_version_read_at, None
        await self._store.bus.ping()  # if it fails, the version is read again: another Redis may take its place
        now = time.monotonic()
        if read_at is None or now - read_at > VERSION_SECONDS:
            read_at, self._redis_version = now, await self._store.bus.version()
        self._redis_version_read_at = read_at
        return _CheckResult(version=self._redis_version)

    async def _check_temporal(self) -> _CheckResult:
        info = await self._temporal.workflow_service.get_system_info(GetSystemInfoRequest())
        # The frontend alone answers that. Reading a workflow shows whether the services behind it work.
        namespace, version = self._temporal.namespace, info.server_version or None
        describe_unknown = DescribeWorkflowExecutionRequest(
            namespace=namespace, execution=WorkflowExecution(workflow_id="health")
        )
        try:
            await self._temporal.workflow_service.describe_workflow_execution(describe_unknown)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            if not means_workflow_is_gone(error):
                problem = f"there is no namespace {namespace!r}; `temporal operator namespace create` creates it"
                return _CheckResult(version=version, problem=problem)
        return _CheckResult(version=version, problem=await self._search_attributes_problem())

    async def _search_attributes_problem(self) -> str | None:
        """Return what is wrong with the search attributes, if anything: without them Temporal refuses to start our
        workflows."""
        try:
            response = await self._temporal.operator_service.list_search_attributes(
                ListSearchAttributesRequest(namespace=self._temporal.namespace)
            )
        except RPCError as error:
            if error.status in _NOT_PERMITTED:
                return None
            raise
        missing = []
        for name, kind in SEARCH_ATTRIBUTES.items():
            registered = response.custom_attributes.get(name)
            if registered != IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}"):
                missing.append(f"{name} ({kind})")
        create = "`temporal operator search-attribute create` registers them"
        return f"the namespace lacks the search attributes {', '.join(missing)}; {create}" if missing else None

    async def _check_worker(self) -> _CheckResult:
        queue, records = self._task_queue, records_queue(self._task_queue)
        workflow_tasks, step_activities, record_activities = await asyncio.gather(
            task_queues.describe(self._temporal, queue, task_queues.WORKFLOWS),
            task_queues.describe(self._temporal, queue, task_queues.ACTIVITIES),
            task_queues.describe(self._temporal, records, task_queues.ACTIVITIES),
        )
        since = datetime.now(UTC) - POLLED_WITHIN
        count = len(
            {poller.identity for poller in workflow_tasks.pollers if poller.last_access_time.ToDatetime(UTC) > since}
        )
        if not count:
            return _CheckResult(count=count, problem=f"no worker polls the task queue {queue!r}")
        for kind, name, description in (
            ("workflow tasks", queue, workflow_tasks),
            ("records", records, record_activities),
            ("steps", queue, step_activities),
        ):
            backlog = task_queues.stalled_backlog(description.stats)
            if backlog and not (description is step_activities and await self._has_running_steps()):
                waiting = f"{backlog.count} {kind} waiting, the oldest for {backlog.age.total_seconds():.0f} s"
                return _CheckResult(count=count, problem=f"the task queue {name!r} is stalled: {waiting}, none taken")
        return _CheckResult(count=count)

    async def _has_running_steps(self) -> bool:
        """Return whether workers are merely busy: while long steps run, other steps may have to wait."""
        async with self._store.reading() as connection:
            return await tasks.any_working(connection)


async def _run_check(check: Callable[[], Awaitable[_CheckResult]]) -> ComponentHealth:
    started = time.perf_counter()
    result = _CheckResult()
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            result = await check()
            problem = result.problem
    except TimeoutError:
        problem = f"no answer within {CHECK_SECONDS:g} s"
    except Exception as error:  # any error is the component's problem
        problem = explain(error)
    return ComponentHealth(
        status="down" if problem else "ok",
        latency_ms=round((time.perf_counter() - started) * 1000, 2),
        detail=problem or result.note,
        version=result.version,
        count=result.count,
    )
