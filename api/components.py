"""The servers behind the API and the workers beside it, as this process finds them."""

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

from api import task_queues
from api.shapes.health import ComponentHealth
from config.postgres import explain
from store import tasks
from store.transaction import Store
from workflows.client import SEARCH_ATTRIBUTES, is_gone
from workflows.options import records_queue

SECONDS = 1.5
"""How long a component may take to answer, so that whoever asks for health is answered within two."""

DATABASE_SECONDS = 1.2
"""How long the database may: less, since to call off what it was asked takes an answer of it as well."""

POLLED_WITHIN = timedelta(seconds=70)
"""A live worker polls at least once a minute; Temporal remembers a dead one for five."""

_NOT_FOR_US = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.UNAUTHENTICATED}
"""What a server says that does not tell everybody its search attributes."""

VERSION_SECONDS = 300.0
"""How long Redis is taken to be of the version that it said; the others say theirs with every answer."""


@dataclass(frozen=True, slots=True)
class _Finding:
    version: str | None = None
    count: int | None = None
    problem: str | None = None
    note: str | None = None


class Components:
    """Looks at each component. One that does not answer does not hold up the others."""

    def __init__(self, store: Store, temporal: Client, task_queue: str) -> None:
        self._store, self._temporal, self._task_queue = store, temporal, task_queue
        self._redis_version: str | None = None
        self._redis_asked: float | None = None

    async def examine(self) -> dict[str, ComponentHealth]:
        """How each one is, by name."""
        looks = {"database": self._database, "redis": self._redis, "temporal": self._engine, "worker": self._worker}
        found = await asyncio.gather(*(_look(look) for look in looks.values()))
        return dict(zip(looks, found, strict=True))

    async def _database(self) -> _Finding:
        version, note = await self._store.database.ping(DATABASE_SECONDS)
        return _Finding(version=version, note=note)

    async def _redis(self) -> _Finding:
        asked, self._redis_asked = self._redis_asked, None
        await self._store.bus.ping()  # once it has been away, it may come back as another
        now = time.monotonic()
        if asked is None or now - asked > VERSION_SECONDS:
            asked, self._redis_version = now, await self._store.bus.version()
        self._redis_asked = asked
        return _Finding(version=self._redis_version)

    async def _engine(self) -> _Finding:
        about = await self._temporal.workflow_service.get_system_info(GetSystemInfoRequest())
        # That much its front knows. Whether workflows can be read and written is known to what is behind it.
        namespace, version = self._temporal.namespace, about.server_version or None
        nobody = DescribeWorkflowExecutionRequest(
            namespace=namespace, execution=WorkflowExecution(workflow_id="health")
        )
        try:
            await self._temporal.workflow_service.describe_workflow_execution(nobody)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            if not is_gone(error):
                problem = f"there is no namespace {namespace!r}; `temporal operator namespace create` makes it"
                return _Finding(version=version, problem=problem)
        return _Finding(version=version, problem=await self._about_search_attributes())

    async def _about_search_attributes(self) -> str | None:
        """What is wrong with them, if anything: without them Temporal starts no workflow of ours."""
        try:
            listed = await self._temporal.operator_service.list_search_attributes(
                ListSearchAttributesRequest(namespace=self._temporal.namespace)
            )
        except RPCError as error:
            if error.status in _NOT_FOR_US:
                return None
            raise
        missing = []
        for name, kind in SEARCH_ATTRIBUTES.items():
            registered = listed.custom_attributes.get(name)
            if registered != IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}"):
                missing.append(f"{name} ({kind})")
        create = "`temporal operator search-attribute create` registers them"
        return f"the namespace lacks the search attributes {', '.join(missing)}; {create}" if missing else None

    async def _worker(self) -> _Finding:
        queue, records = self._task_queue, records_queue(self._task_queue)
        workflows, steps, written = await asyncio.gather(
            task_queues.describe(self._temporal, queue, task_queues.WORKFLOWS),
            task_queues.describe(self._temporal, queue, task_queues.ACTIVITIES),
            task_queues.describe(self._temporal, records, task_queues.ACTIVITIES),
        )
        since = datetime.now(UTC) - POLLED_WITHIN
        count = len({one.identity for one in workflows.pollers if one.last_access_time.ToDatetime(UTC) > since})
        if not count:
            return _Finding(count=count, problem=f"no worker polls the task queue {queue!r}")
        for kind, name, described in (
            ("workflow tasks", queue, workflows),
            ("records", records, written),
            ("steps", queue, steps),
        ):
            backlog = task_queues.standing_still(described.stats)
            if backlog and not (described is steps and await self._steps_are_under_way()):
                return _Finding(count=count, problem=f"the task queue {name!r} stands still: of its {kind}, {backlog}")
        return _Finding(count=count)

    async def _steps_are_under_way(self) -> bool:
        """Whether workers are merely busy: with steps that take long, none may be taken for as long."""
        async with self._store.reading() as connection:
            return await tasks.any_working(connection)


async def _look(look: Callable[[], Awaitable[_Finding]]) -> ComponentHealth:
    started = time.perf_counter()
    finding = _Finding()
    try:
        async with asyncio.timeout(SECONDS):
            finding = await look()
            problem = finding.problem
    except TimeoutError:
        problem = f"no answer within {SECONDS:g} s"
    except Exception as error:  # whatever it is, it is what is wrong with the component
        problem = explain(error)
    return ComponentHealth(
        status="down" if problem else "ok",
        latency_ms=round((time.perf_counter() - started) * 1000, 2),
        detail=problem or finding.note,
        version=finding.version,
        count=finding.count,
    )
