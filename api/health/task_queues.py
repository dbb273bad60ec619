"""Whether the tasks of a Temporal task queue are being dispatched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue, TaskQueueStats
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client

WORKFLOWS, ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY

STALLED_AFTER = timedelta(seconds=30)
"""How old the oldest task may be while none is dispatched. A busy queue dispatches tasks all the time, however long
each one waits, and Temporal's rate covers the last 30 s: the two together tell a stalled queue from a busy one."""

MIN_DISPATCH_RATE = 0.001
"""Tasks a second; a queue with a lower rate dispatches none."""


@dataclass(frozen=True, slots=True)
class StalledBacklog:
    """The tasks of a queue that dispatches none."""

    count: int
    age: timedelta


async def describe(client: Client, queue: str, kind: TaskQueueType.ValueType) -> DescribeTaskQueueResponse:
    """Return the pollers of a queue and the statistics of its backlog."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind, report_stats=True
    )
    return await client.workflow_service.describe_task_queue(request)


def stalled_backlog(stats: TaskQueueStats) -> StalledBacklog | None:
    """Return the backlog of a stalled queue, or None if tasks are dispatched, none wait, or the server reports no
    statistics."""
    age = stats.approximate_backlog_age.ToTimedelta()
    if not stats.approximate_backlog_count or age < STALLED_AFTER or stats.tasks_dispatch_rate > MIN_DISPATCH_RATE:
        return None
    return StalledBacklog(stats.approximate_backlog_count, age)
