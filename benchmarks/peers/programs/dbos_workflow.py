"""A DBOS workflow: five steps, and a message that approves."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from dbos import DBOS, SetWorkflowID

from benchmarks.peers.programs.serve import serve
from benchmarks.peers.programs.work import APPROVED, STEPS, STEPS_BEFORE_GATE, write

GATE_SECONDS = 3600.0


@DBOS.step()
async def step(project: str, number: int) -> str:
    return await write(project, number)


@DBOS.workflow()
async def delivery(project: str) -> list[str]:
    documents = []
    for number in range(STEPS):
        if number == STEPS_BEFORE_GATE:
            assert await DBOS.recv_async("gate", timeout_seconds=GATE_SECONDS) == APPROVED
        documents.append(await step(project, number))
    return documents


class Dbos:
    async def deliver(self, project: str, reached: str, reach: Callable[[str], None]) -> None:
        with SetWorkflowID(project):
            handle = await DBOS.start_workflow_async(delivery, project)
        if reached != APPROVED:
            await DBOS.send_async(project, APPROVED, topic="gate", idempotency_key=f"{project}-gate")
            reach(APPROVED)
        assert len(await handle.get_result()) == STEPS


@asynccontextmanager
async def opened() -> AsyncIterator[Dbos]:
    DBOS(
        config={
            "name": "peers",
            "system_database_url": os.environ["DATABASE_URL"],
            "application_version": "1",
            "log_level": "ERROR",
        }
    )
    DBOS.launch()
    try:
        yield Dbos()
    finally:
        DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(serve(opened()))
