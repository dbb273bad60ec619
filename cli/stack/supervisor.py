"""Starts components, keeps them running, and stops them in reverse order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from cli.stack.child import Child
from cli.stack.component import Component, ComponentFailed
from cli.stack.datadir import DataDir

BACKOFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Waits before restarts in a row; a run of STEADY_SECONDS starts the row anew."""
STEADY_SECONDS = 20.0
CHECK_SECONDS = 0.05
PORT_CHOICES = 5

Report = Callable[[str, str, str], None]
"""Told of a component's name, what became of it (starting, ready, died, stopped), and details."""


def _silent(name: str, state: str, details: str) -> None:
    pass


class Supervisor:
    """Runs components on one data directory. `on_change` is called when `pids` or an address has changed."""

    def __init__(self, data: DataDir, report: Report = _silent, on_change: Callable[[], None] = lambda: None) -> None:
        self.pids: dict[str, int] = {}
        self._data, self._report, self._on_change = data, report, on_change
        self._tasks: list[tuple[Component, asyncio.Task[None]]] = []

    async def start(self, component: Component) -> None:
        """Return when the component serves; from then on it is kept running. In order of call, stopped in reverse.

        Raises:
            ComponentFailed: it ended, or did not serve in time.
        """
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks.append((component, asyncio.create_task(self._keep(component, ready))))
        await ready

    async def run(self, component: Component) -> None:
        """Return when the component, which is a task and not a server, has ended well.

        Raises:
            ComponentFailed: it ended badly.
        """
        started = time.monotonic()
        self._report(component.name, "starting", "")
        child = await self._spawn(component)
        try:
            await child.enter()
            code = await child.ended()
        finally:
            await asyncio.shield(child.stop())
        if code != 0:
            raise ComponentFailed(component.name, f"ended with {_exit(code)}", child.log_end())
        self._report(component.name, "ready", f"{time.monotonic() - started:.1f} s")

    async def stop(self) -> None:
        """Stop everything, the last started first."""
        while self._tasks:
            component, task = self._tasks.pop()
            task.cancel()
            await asyncio.wait([task])
            self._report(component.name, "stopped", "")

    async def _spawn(self, component: Component) -> Child:
        await component.prepare()
        return await Child.spawn(component, self._data.log(component.name), self._data.path)

    async def _keep(self, component: Component, ready: asyncio.Future[None]) -> None:
        try:
            await self._first_run(component, ready)
        except Exception as error:  # noqa: BLE001 - whatever it is, who waits for the component must hear of it
            failure = error if isinstance(error, ComponentFailed) else ComponentFailed(component.name, str(error))
            if not ready.done():
                ready.set_exception(failure)

    async def _first_run(self, component: Component, ready: asyncio.Future[None]) -> None:
        """Start it, on another port if its own was taken under it, and go on with `_run_again` when it dies."""
        for choice in range(PORT_CHOICES):
            started = time.monotonic()
            self._report(component.name, "starting", "")
            child = await self._spawn(component)
            try:
                try:
                    await self._serving(child)
                except ComponentFailed as failure:
                    taken = "address already in use" in failure.log.lower()
                    if taken and choice + 1 < PORT_CHOICES and component.move():
                        continue
                    raise
                self._note(component, child)
                self._report(component.name, "ready", f"{time.monotonic() - started:.1f} s  {component.address}")
                if not ready.done():
                    ready.set_result(None)
                await self._watch(component, child, started)
            finally:
                await self._finish(component, child)
            return await self._run_again(component)

    async def _run_again(self, component: Component) -> None:
        failures = 0
        while True:
            await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
            started = time.monotonic()
            child = None
            try:
                child = await self._spawn(component)
                self._note(component, child)
                await self._serving(child)
                self._report(component.name, "restarted", f"pid {child.pid}, {time.monotonic() - started:.1f} s")
                await self._watch(component, child, started)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may go better
                self._report(component.name, "failed", str(error))
            finally:
                if child:
                    await self._finish(component, child)
            failures = 0 if time.monotonic() - started > STEADY_SECONDS else failures + 1

    async def _watch(self, component: Component, child: Child, started: float) -> None:
        code = await child.ended()
        self._report(component.name, "died", f"{_exit(code)} after {time.monotonic() - started:.0f} s")

    async def _serving(self, child: Child) -> None:
        """Return when the child serves; raise ComponentFailed when it ends first or takes too long."""
        component = child.component
        ended = asyncio.create_task(child.ended())
        serving = asyncio.create_task(self._ask(child))
        try:
            await asyncio.wait([ended, serving], return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise ComponentFailed(component.name, f"ended with {_exit(ended.result())}", child.log_end())
            await serving
        except TimeoutError as error:
            reason = f"was not ready after {component.start_seconds:.0f} s ({error.__cause__ or 'it does not answer'})"
            raise ComponentFailed(component.name, reason, child.log_end()) from error
        finally:
            ended.cancel()
            serving.cancel()
            await asyncio.gather(ended, serving, return_exceptions=True)

    async def _ask(self, child: Child) -> None:
        await child.enter()
        deadline = time.monotonic() + child.component.start_seconds
        while True:
            try:
                return await asyncio.wait_for(child.component.check(child.pid), deadline - time.monotonic())
            except Exception as error:
                if time.monotonic() > deadline:
                    raise TimeoutError from error
            await asyncio.sleep(CHECK_SECONDS)

    def _note(self, component: Component, child: Child) -> None:
        self.pids[component.name] = child.pid
        self._on_change()

    async def _finish(self, component: Component, child: Child) -> None:
        await asyncio.shield(child.stop())
        self.pids.pop(component.name, None)


def _exit(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
