"""Whether the API is alive, how each component is, and whether work can be done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

from fastapi import APIRouter, Response
from sqlalchemy.exc import ProgrammingError
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, GetSystemInfoRequest

from api import examples
from api.deps import ServicesDep
from api.documentation import answers, example
from api.problems import NOT_MIGRATED
from api.services import Services
from api.shapes.health import ComponentHealth, DetailedHealth, Health

router = APIRouter(prefix="/health", tags=["health"])

SECONDS = 2.0
"""How long a component may take to answer."""

POLLED_WITHIN = timedelta(seconds=70)
"""A live worker polls at least once a minute; Temporal remembers a dead one for five."""


class _NotWellError(Exception):
    """A component answers, and is not well."""


@router.get("/", summary="Whether the API is alive", responses=answers(examples.HEALTH))
async def alive() -> Health:
    """Asks nothing of any server."""
    return Health()


@router.get("/detailed", summary="How each component is", responses=answers(examples.DETAILED_HEALTH))
async def detailed_health(services: ServicesDep) -> DetailedHealth:
    """Always 200: the answer is about the components."""
    return await _examine(services)


@router.get(
    "/ready",
    summary="Whether work can be done",
    responses=answers(examples.DETAILED_HEALTH | {"status": "ok"})
    | {503: {"model": DetailedHealth, **example(examples.DETAILED_HEALTH)}},
)
async def ready(services: ServicesDep, response: Response) -> DetailedHealth:
    """503 while the database, Redis or Temporal is away, or no worker polls the task queue."""
    health = await _examine(services)
    if health.status != "ok":
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return health


async def _examine(services: Services) -> DetailedHealth:
    checks: dict[str, Callable[[], Awaitable[None]]] = {
        "database": services.store.database.ping,
        "redis": services.store.bus.ping,
        "temporal": lambda: _temporal(services),
        "worker": lambda: _worker(services),
    }
    found = await asyncio.gather(*(_check(check) for check in checks.values()))
    status: Literal["ok", "degraded"] = "ok" if all(one.status == "ok" for one in found) else "degraded"
    return DetailedHealth(status=status, components=dict(zip(checks, found, strict=True)))


async def _check(check: Callable[[], Awaitable[None]]) -> ComponentHealth:
    started = time.perf_counter()
    detail = None
    try:
        async with asyncio.timeout(SECONDS):
            await check()
    except TimeoutError:
        detail = f"no answer within {SECONDS:g} s"
    except ProgrammingError:
        detail = NOT_MIGRATED
    except Exception as error:  # whatever it is, it is what is wrong with the component
        detail = (str(error) or repr(error)).splitlines()[0]
    milliseconds = round((time.perf_counter() - started) * 1000, 2)
    return ComponentHealth(status="down" if detail else "ok", latency_ms=milliseconds, detail=detail)


async def _temporal(services: Services) -> None:
    await services.temporal.workflow_service.get_system_info(GetSystemInfoRequest())


async def _worker(services: Services) -> None:
    queue = services.settings.task_queue
    described = await services.temporal.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=services.temporal.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    now = datetime.now(UTC)
    if not any(now - one.last_access_time.ToDatetime(UTC) < POLLED_WITHIN for one in described.pollers):
        raise _NotWellError(f"no worker polls the task queue {queue!r}")
