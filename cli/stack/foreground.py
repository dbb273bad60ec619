"""The supervisor's process: up, until a signal says down."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console

from cli.stack import external
from cli.stack.component import ComponentError
from cli.stack.datadir import DataDir
from cli.stack.log import Log
from cli.stack.stack import Stack
from cli.stack.state import StackState
from cli.views.stack_progress import Progress
from config.redaction import redacted
from config.settings import Settings

UI_WARNING = (
    "Warning: Temporal's web UI has no sign-in. Any page that a browser on this machine opens can use it to read and "
    "to end every project. Start without --temporal-ui once you have seen what you wanted."
)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def up(
    data: DataDir, settings: Settings, console: Console, hand_over: bool = False, temporal_ui: bool = False
) -> int:
    """Run a stack until a signal; a second one kills what still stops. With `hand_over`, print to the log once ready.

    Returns:
        The exit code: 0 after a stop, 1 when something could not start, 130 when stopped before it was ready.

    Raises:
        AlreadyRunningError: another process works on the data directory.
    """
    started, progress = time.monotonic(), Progress(console)
    with data.locked():
        try:
            stack = Stack(data, settings, progress, temporal_ui=temporal_ui)
            stopping = asyncio.create_task(_signalled(stack))
            async with _started(stack, stopping, progress) as state:
                if state is None:
                    return 130
                console.print(f"Ready in {time.monotonic() - started:.1f} s.")
                for line in stack.moved():
                    console.print(line)
                print_addresses(state, console)
                if stack.temporal_ui:
                    console.print(UI_WARNING)
                elif temporal_ui:
                    console.print(f"Temporal at {state.temporal} was not started here: --temporal-ui changes nothing.")
                if hand_over:
                    await _hand_over(data)
                await stopping
        except (ComponentError, external.ConfigurationError) as error:
            console.print(f"Cannot start: {redacted(str(error))}", markup=False)
            return 1
    return 0


@asynccontextmanager
async def _started(stack: Stack, stopping: asyncio.Task[None], progress: Progress) -> AsyncIterator[StackState | None]:
    """The state of the started stack, None when it was told to stop before it had started. Stops it at the end."""
    starting = asyncio.create_task(stack.start())
    try:
        with progress:
            await asyncio.wait([stopping, starting], return_when=asyncio.FIRST_COMPLETED)
        yield None if stopping.done() else await starting
    finally:
        starting.cancel()
        await asyncio.wait([starting])
        await stack.stop()
        stopping.cancel()


async def _signalled(stack: Stack) -> None:
    """Return at the first signal; from the second on, hurry the stack."""
    loop, first = asyncio.get_running_loop(), asyncio.Event()

    def receive() -> None:
        if first.is_set():
            stack.hurry()
        first.set()

    for number in STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a background job of a script
            loop.add_signal_handler(number, receive)
    await first.wait()


def print_addresses(state: StackState, console: Console) -> None:
    """For people: without passwords, which are in stack.json."""
    console.print(f"  Page, API    {state.api}\n  Temporal     {state.temporal}")
    if state.temporal_ui:
        console.print(f"  Temporal UI  {state.temporal_ui}")
    console.print(f"  Database     {without_password(state.database)}\n  Redis        {without_password(state.redis)}")


def without_password(url: str) -> str:
    return redacted(url)


async def _hand_over(data: DataDir) -> None:
    """Print to `logs/stack.log` from now on, which lets go of the pipe to whoever has detached us."""
    log = await Log.opened(data.log("stack"))
    os.dup2(log.pipe, 1)
    os.dup2(log.pipe, 2)
    log.close_pipe()
