"""Runs workflow code on the worker's event loop, instead of in a thread for each workflow task."""

from __future__ import annotations

import asyncio
from asyncio.events import _set_running_loop
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class InlineExecutor(ThreadPoolExecutor):
    """Runs what is submitted in the next turn of the event loop: see docs/decisions/0027-workflows-on-the-loop.md.

    In a turn of its own, and not in the task that submits it: a workflow is an event loop with tasks of its own, and
    Python 3.14 refuses to enter a task inside a task. The SDK does the same in its debug mode.
    """

    def __init__(self) -> None:
        super().__init__(max_workers=1)  # none is started

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Run `fn` soon. Needs a running event loop."""
        loop, result = asyncio.get_running_loop(), Future[Result]()

        def run() -> None:
            try:
                returned = fn(*args, **kwargs)
            except BaseException as error:
                _set_running_loop(loop)
                result.set_exception(error)
            else:
                _set_running_loop(loop)  # a workflow's own loop leaves none
                result.set_result(returned)

        loop.call_soon(run)
        return result
