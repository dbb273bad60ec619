"""The supervisor's process: runs a stack until a signal stops it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console

from cli.client.address import Address
from cli.client.http import Client
from cli.commands.sign_in_link import create_link
from cli.errors import CommandError
from cli.stack import external
from cli.stack.component import ComponentError
from cli.stack.datadir import DataDir
from cli.stack.log import Log
from cli.stack.stack import Stack
from cli.stack.state import StackState
from cli.views.stack_progress import Progress
from cli.views.stack_status import print_addresses
from config.redaction import redacted
from config.settings import Settings

UI_WARNING = (
    "Warning: Temporal's web UI has no sign-in. Any page that a browser on this machine opens can use it to read and "
    "end every project. Start without --temporal-ui when you no longer need it."
)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def up(
    data: DataDir,
    settings: Settings,
    console: Console,
    log_when_ready: bool = False,
    temporal_ui: bool = False,
    workers: int = 1,
    apis: int = 1,
) -> int:
    """Run a stack until a signal arrives; a second signal kills what is still stopping.

    Args:
        log_when_ready: write to the log file instead of standard output once the stack is ready.

    Returns:
        The exit code: 0 after a stop, 1 if a component could not start, 130 if stopped before it was ready.

    Raises:
        AlreadyRunningError: another process holds the data directory.
    """
    started, progress = time.monotonic(), Progress(console)
    with data.locked():
        try:
            stack = Stack(data, settings, progress, temporal_ui=temporal_ui, workers=workers, apis=apis)
            stopping = asyncio.create_task(_wait_for_signal(stack))
            async with _started(stack, stopping, progress) as state:
                if state is None:
                    return 130
                console.print(f"Ready in {time.monotonic() - started:.1f} s.")
                for line in stack.port_changes():
                    console.print(line)
                print_addresses(state, console)
                if stack.temporal_ui:
                    console.print(UI_WARNING)
                elif temporal_ui:
                    console.print(f"--temporal-ui has no effect: Temporal at {state.temporal} was not started here.")
                await _print_link(state, data, settings, console)
                if log_when_ready:
                    await _write_to_log(data)
                await stopping
        except (ComponentError, external.ConfigurationError) as error:
            console.print(f"Cannot start: {redacted(str(error))}")
            return 1
    return 0


async def _print_link(state: StackState, data: DataDir, settings: Settings, console: Console) -> None:
    """Print how to open the page, signed in. The stack runs, whatever fails here."""
    if settings.auth == "none":
        return
    try:
        async with Client(Address(state.api.rstrip("/"), data, settings.admin_token)) as client:
            console.print(f"Open the page, once within a minute: {await create_link(client)}")
    except CommandError as error:
        console.print(f"Sign in with `botarmy open`: {error}")


@asynccontextmanager
async def _started(stack: Stack, stopping: asyncio.Task[None], progress: Progress) -> AsyncIterator[StackState | None]:
    """Start the stack and yield its state, or None if a signal came first. Stop it at the end of the block."""
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


async def _wait_for_signal(stack: Stack) -> None:
    """Return at the first signal; kill the stack's processes at each later one."""
    loop, first = asyncio.get_running_loop(), asyncio.Event()

    def receive() -> None:
        if first.is_set():
            stack.kill()
        first.set()

    for number in STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # ignored under nohup, or in a script's background job
            loop.add_signal_handler(number, receive)
    await first.wait()


async def _write_to_log(data: DataDir) -> None:
    """Redirect output to `logs/stack.log`, which closes the pipe to the process that detached this one."""
    log = await Log.opened(data.log("stack"))
    os.dup2(log.pipe, 1)
    os.dup2(log.pipe, 2)
    log.close_pipe()
