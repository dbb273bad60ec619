"""Two chains of Celery's tasks on Valkey, before and after the decision, acknowledged late.

Celery has no gate and no durable workflow: this program starts the second chain when the first one has ended.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from celery import Celery, chain

from benchmarks.peers.programs.serve import serve
from benchmarks.peers.programs.work import STEPS, STEPS_BEFORE_GATE, write_blocking

VISIBILITY_SECONDS = 10
"""After this time, a task of a killed worker may be given to another. The default is an hour. Workers look for such
tasks when they start, and then every 100 s."""
WAIT_SECONDS = 300.0
PROCESSES = 8
THREADS = 128
SUBMITTED = {"": (), "first": ("first",), "second": ("first", "second")}
"""The chains that were submitted, by what was reached."""

app = Celery("peers", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_transport_options={"visibility_timeout": VISIBILITY_SECONDS},
    result_backend_transport_options={"visibility_timeout": VISIBILITY_SECONDS},
    broker_connection_retry_on_startup=True,
)


@app.task(name="peers.step")
def step(documents: list[str], project: str, number: int) -> list[str]:
    return [*documents, write_blocking(project, number)]


def _submit(project: str, first: int, last: int, documents: list[str]) -> None:
    """Submit the steps from `first` to before `last`; the last has a known id, so that its result is found again."""
    ids = [f"{project}-{number}" for number in range(first, last)]
    first_task = step.s(documents, project, first).set(task_id=ids[0])
    rest = [
        step.s(project, number).set(task_id=each) for number, each in zip(range(first + 1, last), ids[1:], strict=True)
    ]
    chain(first_task, *rest).apply_async()


class Chains:
    async def deliver(self, project: str, reached: str, reach: Callable[[str], None]) -> None:
        documents: list[str] = []
        for name, first, last in (("first", 0, STEPS_BEFORE_GATE), ("second", STEPS_BEFORE_GATE, STEPS)):
            if name not in SUBMITTED[reached]:
                await asyncio.to_thread(_submit, project, first, last, documents)
                reach(name)
            result = app.AsyncResult(f"{project}-{last - 1}")
            documents = await asyncio.to_thread(result.get, timeout=WAIT_SECONDS)
        assert len(documents) == STEPS


@asynccontextmanager
async def opened() -> AsyncIterator[Chains]:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    command = [sys.executable, "-m", "celery", "--app", "benchmarks.peers.programs.celery_chain", "worker"]
    worker = await asyncio.create_subprocess_exec(  # in this process's group, so that both are killed together
        *(*command, "--loglevel=ERROR", f"--concurrency={PROCESSES}", "--without-gossip", "--without-mingle"),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        while not await asyncio.to_thread(app.control.ping, timeout=0.5):
            pass
        yield Chains()
    finally:
        worker.terminate()
        await worker.wait()


if __name__ == "__main__":
    asyncio.run(serve(opened()))
