"""Workflow code runs on the worker's event loop, in a turn of its own."""

from __future__ import annotations

import asyncio
import threading
from asyncio.events import _set_running_loop
from typing import Any

import pytest
from temporalio.client import Client

from config.settings import Settings
from store.transaction import Store
from tests.workflows.crew_under_test import PLAN, Script, Story, pipeline
from worker.inline_executor import InlineExecutor
from worker.worker import build_worker
from workflows import progress, project


async def test_a_worker_runs_workflows_on_its_loop(
    temporal: Client, store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set()

    def noted(*args: Any, **more: Any) -> object:
        threads.add(threading.get_ident())
        return progress.stage_view(*args, **more)

    monkeypatch.setattr(project, "stage_view", noted)
    script = Script(short=True)
    async with build_worker(temporal, store, script.crew(), settings):
        story = await Story.begin(temporal, store, settings.task_queue, script, pipeline(PLAN))
        assert (await story.result()).status == "completed"
    assert threads == {threading.get_ident()}


async def test_it_runs_after_the_task_that_submits_and_leaves_the_loop_running() -> None:
    loop, executor = asyncio.get_running_loop(), InlineExecutor()
    seen: list[object] = []

    def workflow() -> str:
        seen.append(asyncio.current_task(loop))
        _set_running_loop(None)  # as the SDK's loop of a workflow does
        return "done"

    def fails() -> None:
        _set_running_loop(None)
        raise KeyError("why")

    running = loop.run_in_executor(executor, workflow)
    assert seen == []
    assert await running == "done"
    assert seen == [None]
    with pytest.raises(KeyError, match="why"):
        await loop.run_in_executor(executor, fails)
    assert asyncio.get_running_loop() is loop
