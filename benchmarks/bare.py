"""The bare Temporal workflow: five no-op activities and a signal, like a five-stage project with one gate.

It imports only temporalio, so that the workflow sandbox has nothing else to load.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity, workflow

TASK_QUEUE = "bench-bare"
TIMEOUT = timedelta(seconds=30)


@activity.defn
async def nothing(step: int) -> int:
    return step


@workflow.defn
class Bare:
    def __init__(self) -> None:
        self._approved = False

    @workflow.run
    async def run(self, local: bool) -> int:
        for step in range(5):
            if local:
                await workflow.execute_local_activity(nothing, step, start_to_close_timeout=TIMEOUT)
            else:
                await workflow.execute_activity(nothing, step, start_to_close_timeout=TIMEOUT)
            if step == 1:
                await workflow.wait_condition(lambda: self._approved)
        return 5

    @workflow.signal
    def approve(self) -> None:
        self._approved = True
