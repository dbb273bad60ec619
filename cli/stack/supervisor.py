"""Starts components, keeps them running, and stops them in reverse order."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

from cli.stack.child import Child
from cli.stack.component import Component, ComponentError
from cli.stack.datadir import DataDir
from cli.stack.readiness import describe_exit, serving

BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Waits before restarts in a row; a run of STEADY_SECONDS starts the row anew."""
SERVED_BACKOFF_SECONDS = 2.0
"""The longest wait for what has served: it is not broken, something kills it."""
STEADY_SECONDS = 20.0
PORT_CHOICES = 5
PORT_TAKEN = "address already in use"
"""What every server says, in whatever words around it; some go on for many lines after it."""

Report = Callable[[str, str, str], None]
"""Told of a component's name, what became of it (starting, ready, died, restarted, failed, stopped), and details."""


def silent(name: str, state: str, details: str) -> None:
    """The report to nobody."""


class Supervisor:
    """Runs components on one data directory. `on_change` is called when `pids` has changed."""

    def __init__(self, data: DataDir, report: Report = silent, on_change: Callable[[], None] = lambda: None) -> None:
        self.pids: dict[str, int] = {}
        self._data, self._report, self._on_change = data, report, on_change
        self._tasks: list[tuple[Component, asyncio.Task[None]]] = []
        self._children: set[Child] = set()

    async def start(self, component: Component) -> None:
        """Return when the component serves; from then on it is kept running. In order of call, stopped in reverse.

        Raises:
            ComponentError: it ended, or did not serve in time.
        """
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks.append((component, asyncio.create_task(self._keep(component, ready))))
        await ready

    async def run(self, component: Component) -> None:
        """Return when the component, which is a task and not a server, has ended well.

        Raises:
            ComponentError: it ended badly.
        """
        self._report(component.name, "starting", "")
        child = await self._spawn(component)
        try:
            await child.enter()
            started = time.monotonic()
            code = await child.ended()
        finally:
            await self._finish(child)
        if code != 0:
            raise ComponentError(component.name, f"ended with {describe_exit(code)}", child.log.end())
        self._report(component.name, "ready", f"{time.monotonic() - started:.1f} s")

    async def stop(self) -> None:
        """Stop everything, the last started first."""
        while self._tasks:
            component, task = self._tasks.pop()
            task.cancel()
            await asyncio.wait([task])
            self._report(component.name, "stopped", "")

    def hurry(self) -> None:
        """Kill what `stop` waits for."""
        for child in self._children:
            child.kill()

    async def _keep(self, component: Component, ready: asyncio.Future[None]) -> None:
        try:
            child = await self._first_run(component)
        except Exception as error:  # whatever it is, who waits for the component must hear of it
            if not ready.done():
                ready.set_exception(error)
            return
        if not ready.done():
            ready.set_result(None)
        await self._watch(child)
        await self._run_again(component)

    async def _first_run(self, component: Component) -> Child:
        """Start it, on another port if its own was taken under it."""
        self._report(component.name, "starting", "")
        for choice in range(PORT_CHOICES):
            started = time.monotonic()
            child = await self._spawn(component)
            try:
                await serving(child, component.start_seconds)
            except ComponentError as failure:
                await self._finish(child)
                taken = any(PORT_TAKEN in line.lower() for line in child.log.lines())
                if not taken or choice + 1 == PORT_CHOICES or not component.move():
                    raise failure
            except BaseException:
                await self._finish(child)
                raise
            else:
                self._note(child)
                self._report(component.name, "ready", f"{time.monotonic() - started:.1f} s  {component.address}")
                return child
        raise AssertionError("the last choice returns or raises")

    async def _run_again(self, component: Component) -> None:
        failures, served = 0, True
        while True:
            pause = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
            await asyncio.sleep(min(pause, SERVED_BACKOFF_SECONDS) if served else pause)
            started, served = time.monotonic(), False
            try:
                child = await self._spawn(component)
                self._note(child)
                try:
                    await serving(child, math.inf)  # it may need long, to recover or because another is away
                    served = True
                    self._report(component.name, "restarted", f"pid {child.pid}, {time.monotonic() - started:.1f} s")
                    await self._watch(child)
                finally:
                    await self._finish(child)
            except Exception as error:  # whatever it is, the next try may go better
                self._report(component.name, "failed", str(error))
            failures = 0 if time.monotonic() - started > STEADY_SECONDS else failures + 1

    async def _watch(self, child: Child) -> None:
        """Wait for a child's end, and bring it about when we are cancelled."""
        try:
            code = await child.ended()
            self._report(child.component.name, "died", describe_exit(code))
        finally:
            await self._finish(child)

    async def _spawn(self, component: Component) -> Child:
        try:
            await component.prepare()
            child = await Child.spawn(component, self._data.log(component.name), self._data.path)
        except OSError as error:
            raise ComponentError(component.name, f"cannot start: {error}") from error
        self._children.add(child)
        return child

    def _note(self, child: Child) -> None:
        self.pids[child.component.name] = child.pid
        self._on_change()

    async def _finish(self, child: Child) -> None:
        await asyncio.shield(child.stop())
        self._children.discard(child)
        if self.pids.get(child.component.name) == child.pid:
            del self.pids[child.component.name]
