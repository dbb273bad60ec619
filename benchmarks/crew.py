"""Measures the crew with models, against the scripted provider and with a stack of its own: a thousand calls that wait,
a coder's step of thirty turns, and the time until the next call after a kill."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg

from benchmarks.feed import Feed, feeds
from benchmarks.growth import growth, sizes
from benchmarks.processes import MIB, cost, cpu_seconds, peak_of, resident, used_since
from benchmarks.scripted_provider import MODEL, NOTES, TURNS, Json, ScriptedProvider, scripted_provider
from benchmarks.stack import BRIEF, Bench, running, say
from benchmarks.table import Aim, Row
from benchmarks.timing import few_at_once
from cli.stack.checkout import CHECKOUT, python_path
from config.settings import Settings
from store.database import Database

CREATED_AT_ONCE = 16
SOCKETS = 2
SPARE_STEPS = 10
POLL_SECONDS = 0.01

_TRIED_AGAIN = """
SELECT count(*) FROM task WHERE (attempt > 1 OR failures > 0) AND created_at > to_timestamp(%s)
"""
_STORED = """
SELECT count(*), sum(octet_length(body)) FROM transcript JOIN task ON task.id = task_id WHERE project_id = %s
"""
_RESPONSES = """
SELECT count(*) FROM transcript JOIN task ON task.id = task_id WHERE project_id = %s AND kind = 'response'
"""


async def measure(bench: Bench) -> list[Row]:
    folder = bench.folder / "crew"
    watch = folder / "watch.json"
    waits = bench.count(5, 1)
    await asyncio.to_thread(folder.mkdir)
    projects = bench.count(100, 2)
    async with scripted_provider(folder, waits, NOTES * projects) as provider:
        environment = {
            **provider.environment,
            "BENCH_WATCH": str(watch),
            "BOTARMY_DAILY_BUDGET": "1000000",
            "BOTARMY_WORKER_STEPS": str(NOTES * projects + SPARE_STEPS),
            "BOTARMY_MODEL_PRICES": f"{MODEL}=1/2",
        }
        with mock.patch.dict(os.environ, environment):
            async with running(folder / "stack", quick=bench.quick, worker="benchmarks.watched_worker") as own:
                async with Feed.connected(own.url) as feed:
                    await feed.completed(
                        await _start(own, feed, "only-build")
                    )  # the first one imports what asks models
                    step = await _step(own, feed)
                    resumed = await _resume(own, feed, provider)
                say("  calls in flight")
                calls = await _calls(own, provider, watch, waits, projects)
    return [*calls, *step, resumed]


async def _calls(bench: Bench, provider: ScriptedProvider, watch: Path, waits: int, projects: int) -> list[Row]:
    """Measure many calls that wait, and the same calls with a bare client."""
    count = NOTES * projects
    await provider.forget()
    await bench.renew()
    async with Feed.connected(bench.url) as feed:
        await _warm_up(bench, feed)
    await asyncio.to_thread(watch.unlink)
    pid = bench.pids["worker"]
    before, used = resident(pid), cpu_seconds({**bench.pids, "provider": provider.pid})
    since = time.time()
    async with feeds(bench.url, SOCKETS) as sockets, peak_of(pid) as peak:
        started = time.perf_counter()
        created = await few_at_once(
            lambda number: _start(bench, sockets[number % SOCKETS], "ten-notes"), range(projects), CREATED_AT_ONCE
        )
        requested = time.perf_counter() - started
        for number, project_id in enumerate(created):
            await sockets[number % SOCKETS].completed(project_id)
        wall = time.perf_counter() - started
    spent = used_since(used, {**bench.pids, "provider": provider.pid})
    late = json.loads(await asyncio.to_thread(watch.read_text))
    ((again,),) = await _rows(bench, _TRIED_AGAIN, since)
    log = await provider.calls()
    bare = await _bare(provider, log["calls"], count)
    figure = f"{count} calls of a model in flight, answered {waits} s after the last one has begun"
    return [
        Row(
            figure,
            {
                "s in total": wall,
                "s to start them": requested,
                "at most at once": log["most_in_flight"],
                "tried again": again,
            },
        ),
        Row(f"{figure}: worker's memory", {"MiB before": before / MIB, "MiB at most": peak.bytes / MIB}),
        Row(
            f"{figure}: the worker's longest gap between two heartbeats of a step",
            {"s": late["gap"], "s that its event loop was blocked": late["stall"]},
            aim=None if bench.quick else Aim(late["gap"], 2, "s", less_than=True),
        ),
        cost(f"{figure}: CPU a call", spent, count),
        Row(
            f"{figure}, by a bare HTTP client",
            {"ms CPU a call": 1000 * bare["cpu"] / count, "s in total": bare["wall"]},
        ),
    ]


async def _step(bench: Bench, feed: Feed) -> list[Row]:
    """Measure a coder's step, some times."""
    runs = bench.count(5, 1)
    database = Database(Settings(_env_file=None, database_url=bench.stack.state().database))
    before = await sizes(database)
    used, seconds = cpu_seconds(bench.pids), list[float]()
    for _ in range(runs):
        started = time.perf_counter()
        project_id = await _start(bench, feed, "only-build")
        await feed.completed(project_id)
        seconds.append(time.perf_counter() - started)
    spent = used_since(used, bench.pids)
    history = (await bench.temporal.get_workflow_handle(f"project-{project_id}").fetch_history()).events
    ((entries, size),) = await _rows(bench, _STORED, project_id)
    figure = f"a coder's step of {TURNS} turns"
    after = await sizes(database)
    await database.close()
    return [
        growth(f"a project with {figure}", before, after, runs),
        Row(figure, {"s": sum(seconds) / runs, "entries": entries, "KiB of transcript": float(size) / 1024}),
        cost(f"{figure}: CPU, without the runs of tests", spent, runs),
        Row(
            f"{figure}: history of its project",
            {"events": len(history), "KiB": sum(event.ByteSize() for event in history) / 1024},
            aim=Aim(len(history), 20, "events", less_than=True),
        ),
    ]


async def _resume(bench: Bench, feed: Feed, provider: ScriptedProvider) -> Row:
    """Kill the worker in the middle of a coder's step, some times; measure until the provider is asked again."""
    seconds: list[float] = []
    for kill in range(bench.count(5, 1)):
        project_id = await _start(bench, feed, "only-build")
        await _until(lambda: _has_responses(bench, project_id, 5 + 4 * kill))  # noqa: B023 used within this turn
        os.kill(bench.pids["worker"], signal.SIGKILL)
        killed = time.perf_counter()
        await provider.forget()
        await _until(provider.was_asked)
        seconds.append(time.perf_counter() - killed)
        await feed.completed(project_id)
    return Row("SIGKILL of the worker in a coder's step, to the next call of the model", seconds=seconds)


async def _warm_up(bench: Bench, feed: Feed) -> None:
    """The first step imports what asks models."""
    await feed.completed(await _start(bench, feed, "only-build"))


async def _start(bench: Bench, feed: Feed, pipeline: str) -> str:
    body = {"name": "Benchmark", "description": BRIEF, "pipeline": pipeline, "model": MODEL}
    project_id = str((await bench.client.post("/projects/", body))["id"])
    feed.follow(project_id)
    return project_id


async def _has_responses(bench: Bench, project_id: str, count: int) -> bool:
    ((found,),) = await _rows(bench, _RESPONSES, project_id)
    return bool(found >= count)


async def _until(check: Callable[[], Awaitable[bool]]) -> None:
    while not await check():  # noqa: ASYNC110 another process changes it
        await asyncio.sleep(POLL_SECONDS)


async def _rows(bench: Bench, query: str, *values: object) -> list[tuple[Any, ...]]:
    async with await psycopg.AsyncConnection.connect(bench.stack.state().database) as connection:
        return await (await connection.execute(query.encode(), values)).fetchall()


async def _bare(provider: ScriptedProvider, calls: Sequence[Json], count: int) -> dict[str, float]:
    """Send the newest call again, as often as the crew sent such calls, with a client that does nothing else."""
    call = next(each for each in reversed(calls) if str(each["conversation"]).startswith("note"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.bare_calls", f"{provider.url}/v1/chat/completions"),
        *(provider.environment["OPENAI_API_KEY"], str(count)),
        cwd=CHECKOUT,
        env={**os.environ, **python_path()},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(json.dumps(call["body"]).encode())
    if process.returncode:
        raise RuntimeError("the bare client failed")
    measured: dict[str, float] = json.loads(output)
    return measured
