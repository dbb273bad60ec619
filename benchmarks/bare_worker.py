"""`python -m benchmarks.bare_worker` runs the worker of the bare workflow, as a separate process like ours."""

from __future__ import annotations

import asyncio
import os
import signal

import uvloop
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from benchmarks.bare import TASK_QUEUE, Bare, nothing


async def main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    async with Worker(  # with the same event loop and pollers as our worker, which are faster than the defaults
        client,
        task_queue=TASK_QUEUE,
        workflows=[Bare],
        activities=[nothing],
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    ):
        await stop.wait()


if __name__ == "__main__":
    uvloop.run(main())
