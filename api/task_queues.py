"""Whether the task queues of api and worker move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue, TaskQueueStats
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client

WORKFLOWS, ACTIVITIES = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY

STANDS_STILL_AFTER = timedelta(seconds=30)
"""How long the oldest task may wait while none is handed out. A busy queue hands tasks out all the time, however long
each one waits, and Temporal's rate is of the last 30 s: the two together tell standing still from being busy."""
NONE_A_SECOND = 0.001


@dataclass(frozen=True, slots=True)
class Backlog:
    """Tasks that wait in a queue of which none is handed out."""

    count: int
    age: timedelta

    def __str__(self) -> str:
        return f"{self.count} wait, the oldest for {self.age.total_seconds():.0f} s, and none is taken"


async def describe(client: Client, queue: str, kind: TaskQueueType.ValueType) -> DescribeTaskQueueResponse:
    """Who polls a queue, and what waits in it."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind, report_stats=True
    )
    return await client.workflow_service.describe_task_queue(request)


def standing_still(stats: TaskQueueStats) -> Backlog | None:
    """What waits in a queue that does not move; None where it moves, is empty, or the server does not tell."""
    age = stats.approximate_backlog_age.ToTimedelta()
    if not stats.approximate_backlog_count or age < STANDS_STILL_AFTER or stats.tasks_dispatch_rate > NONE_A_SECOND:
        return None
    return Backlog(stats.approximate_backlog_count, age)
