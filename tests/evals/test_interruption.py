"""An eval that is interrupted starts nothing more, and leaves no project behind."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from cli.client.address import Address
from evals import evaluation, suite
from evals.briefs import EvalCase
from evals.evaluation import Evaluation
from evals.suite import Suite
from sandbox import Sandbox

CASES = [EvalCase(name=name, text="# Brief", source=None, hidden={}) for name in ("a", "b", "c", "d")]


class Working(Evaluation):
    """It never ends by itself, and takes a moment to be cancelled."""

    async def run(self) -> Any:
        try:
            await asyncio.Event().wait()
        finally:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.05)


async def interrupted(task: asyncio.Task[Any]) -> None:
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_no_brief_starts_in_the_place_of_one_that_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "Evaluation", Working)
    said: list[str] = []
    running = Suite(
        Address("http://127.0.0.1:1"), CASES, {}, Sandbox(), parallel=2, max_cost_usd=1.0, report=said.append
    )
    await interrupted(asyncio.create_task(running.run()))
    assert said == ["a: started", "b: started"]


async def test_a_project_that_is_being_created_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled: list[str] = []

    class Project:
        id = "the-project"

    class Client:
        async def post(self, path: str) -> None:
            cancelled.append(path)

    async def create(*_: Any) -> Project:
        await asyncio.sleep(0.2)
        return Project()

    monkeypatch.setattr(evaluation, "create", create)
    brief = Evaluation(Client(), CASES[0], {}, Sandbox(), asyncio.Event())  # type: ignore[arg-type]
    await interrupted(asyncio.create_task(brief.run()))
    assert cancelled == ["/projects/the-project/cancel"]
