"""`python -m benchmarks.by_hand.worker`"""

from __future__ import annotations

import asyncio
import json
import os
import signal

import uvloop
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from benchmarks.by_hand.tables import DECIDED, PLAIN, REQUEST, STEP
from benchmarks.by_hand.workflow import TASK_QUEUE, Delivery, Record

DOCUMENT = "What the step found, in some length. " * 28
CONNECTIONS = 10


class Recorder:
    def __init__(self, pool: AsyncConnectionPool, redis: Redis) -> None:
        self._pool = pool
        self._redis = redis

    @activity.defn
    async def record(self, what: Record) -> None:
        if what.step is not None:
            statement = STEP
        elif what.decision is not None:
            statement = DECIDED
        else:
            statement = PLAIN if what.request is None else REQUEST
        values = {
            "project": what.project,
            "data": json.dumps(what.data),
            "step": what.step,
            "body": f"Step {what.step}. {DOCUMENT}",
            "request": what.request,
            "decision": what.decision,
        }
        async with self._pool.connection() as connection:
            row = await (await connection.execute(statement.encode(), values)).fetchone()
        assert row is not None
        await self._redis.publish(what.project, frame(what.project, row[0], what.data, row[1].isoformat()))


def frame(project: str, seq: int, data: dict[str, object], timestamp: str) -> str:
    """Return an event as the WebSocket sends it, in the form of BotArmy's frames."""
    event_type = data["event_type"]
    return json.dumps(
        {"event_type": event_type, "project_id": project, "seq": seq, "timestamp": timestamp, "data": data}
    )


async def main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    redis = Redis.from_url(os.environ["REDIS_URL"])
    pool = AsyncConnectionPool(
        os.environ["DATABASE_URL"], max_size=CONNECTIONS, kwargs={"autocommit": True}, open=False
    )
    async with (
        pool,
        redis,
        Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[Delivery],
            activities=[Recorder(pool, redis).record],
            workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
            activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        ),
    ):
        await stop.wait()


if __name__ == "__main__":
    uvloop.run(main())
