"""Starts components, keeps them running, and stops them in reverse order."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

from cli.stack.child import Child
from cli.stack.component import Component, ComponentError
from cli.stack.datadir import DataDir
from cli.stack.readiness import describe_exit, wait_until_ready

BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Waits before consecutive restarts; a run of STEADY_SECONDS resets them."""
READY_BACKOFF_SECONDS = 2.0
"""The longest wait after a run that was ready: the component works, and something kills it."""
STEADY_SECONDS = 20.0
PORT_ATTEMPTS = 5
PORT_TAKEN = "address already in use"
"""Part of every server's message for it; some log many more lines after it."""

Report = Callable[[str, str, str], None]
"""Called with a component's name, its new state (starting, ready, died, restarted, failed, stopped) and details."""


def no_report(name: str, state: str, details: str) -> None:
    """Ignore the report."""


class Supervisor:
    """Runs components on one data directory. Calls `on_change` after `pids` has changed."""

    def __init__(self, data: DataDir, report: Report = no_report, on_change: Callable[[], None] = lambda: None) -> None:
        self.pids: dict[str, int] = {}
        self._data, self._report, self._on_change = data, report, on_change
        self._tasks: list[tuple[Component, asyncio.Task[None]]] = []
        self._children: set[Child] = set()

    async def start(self, component: Component) -> None:
        """Start the component, return once it is ready, and keep it running. `stop` uses the reverse order.

        Raises:
            ComponentError: it exited, or was not ready in time.
        """
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks.append((component, asyncio.create_task(self._keep(component, ready))))
        await ready

    async def run(self, component: Component) -> None:
        """Run a component that is a task rather than a server, and return once it has exited.

        Raises:
            ComponentError: it failed.
        """
        self._report(component.name, "starting", "")
        child = await self._spawn(component)
        try:
            await child.send_start_token()
            started = time.monotonic()
            code = await child.wait()
        finally:
            await self._finish(child)
        if code != 0:
            raise ComponentError(component.name, f"ended with {describe_exit(code)}", child.log.end())
        self._report(component.name, "ready", f"{time.monotonic() - started:.1f} s")

    async def stop(self) -> None:
        """Stop all components, the last started first."""
        while self._tasks:
            component, task = self._tasks.pop()
            task.cancel()
            await asyncio.wait([task])
            self._report(component.name, "stopped", "")

    def kill(self) -> None:
        """Kill all child processes, including those that `stop` is waiting for."""
        for child in self._children:
            child.kill()

    async def _keep(self, component: Component, ready: asyncio.Future[None]) -> None:
        try:
            child = await self._first_run(component)
        except Exception as error:  # any error must reach the caller of `start`
            if not ready.done():
                ready.set_exception(error)
            return
        if not ready.done():
            ready.set_result(None)
        await self._wait(child)
        await self._keep_restarting(component)

    async def _first_run(self, component: Component) -> Child:
        """Start the component; choose another port if another process took its own."""
        self._report(component.name, "starting", "")
        for attempt in range(PORT_ATTEMPTS):
            started = time.monotonic()
            child = await self._spawn(component)
            try:
                await wait_until_ready(child, component.start_seconds)
            except ComponentError as failure:
                await self._finish(child)
                taken = any(PORT_TAKEN in line.lower() for line in child.log.lines())
                if not taken or attempt + 1 == PORT_ATTEMPTS or not component.choose_another_port():
                    raise failure
            except BaseException:
                await self._finish(child)
                raise
            else:
                self._record_pid(child)
                self._report(component.name, "ready", f"{time.monotonic() - started:.1f} s  {component.address}")
                return child
        raise AssertionError("the last attempt returns or raises")

    async def _keep_restarting(self, component: Component) -> None:
        failures, was_ready = 0, True
        while True:
            pause = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
            await asyncio.sleep(min(pause, READY_BACKOFF_SECONDS) if was_ready else pause)
            started, was_ready = time.monotonic(), False
            try:
                child = await self._spawn(component)
                self._record_pid(child)
                try:
                    await wait_until_ready(child, math.inf)  # recovery may take long, or another component may be down
                    was_ready = True
                    self._report(component.name, "restarted", f"pid {child.pid}, {time.monotonic() - started:.1f} s")
                    await self._wait(child)
                finally:
                    await self._finish(child)
            except Exception as error:  # whatever it is, the next attempt may succeed
                self._report(component.name, "failed", str(error))
            failures = 0 if time.monotonic() - started > STEADY_SECONDS else failures + 1

    async def _wait(self, child: Child) -> None:
        """Wait for a child to exit; stop it if this task is cancelled."""
        try:
            code = await child.wait()
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

    def _record_pid(self, child: Child) -> None:
        self.pids[child.component.name] = child.pid
        self._on_change()

    async def _finish(self, child: Child) -> None:
        await asyncio.shield(child.stop())
        self._children.discard(child)
        if self.pids.get(child.component.name) == child.pid:
            del self.pids[child.component.name]
