"""A workflow written by hand on Temporal: five activities and a signal."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import uvloop
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.worker import PollerBehaviorAutoscaling, Worker

with workflow.unsafe.imports_passed_through():
    from benchmarks.peers.programs.serve import serve
    from benchmarks.peers.programs.work import STEPS, STEPS_BEFORE_GATE, write

TASK_QUEUE = "peers-by-hand"
STEP_TIMEOUT = timedelta(seconds=5)
"""After a kill, a step is tried again when its time is over."""


@activity.defn
async def step(project: str, number: int) -> str:
    return await write(project, number)


@workflow.defn
class Delivery:
    def __init__(self) -> None:
        self._approved = False

    @workflow.run
    async def run(self, project: str) -> list[str]:
        documents = []
        for number in range(STEPS):
            if number == STEPS_BEFORE_GATE:
                await workflow.wait_condition(lambda: self._approved)
            documents.append(
                await workflow.execute_activity(step, args=[project, number], start_to_close_timeout=STEP_TIMEOUT)
            )
        return documents

    @workflow.signal
    def approve(self) -> None:
        self._approved = True


class ByHand:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def deliver(self, project: str, reached: str, reach: Callable[[str], None]) -> None:
        try:
            handle = await self._client.start_workflow(
                Delivery.run,
                project,
                id=project,
                task_queue=TASK_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            )
        except WorkflowAlreadyStartedError:
            handle = self._client.get_workflow_handle_for(Delivery.run, project)
        if reached != "approved":
            await handle.signal(Delivery.approve)
            reach("approved")
        assert len(await handle.result()) == STEPS


@asynccontextmanager
async def opened() -> AsyncIterator[ByHand]:
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    async with Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[Delivery],
        activities=[step],
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    ):
        yield ByHand(client)


if __name__ == "__main__":
    uvloop.run(serve(opened()))
