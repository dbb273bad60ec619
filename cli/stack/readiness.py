"""Waits for a child process to become ready."""

from __future__ import annotations

import asyncio
import time

from cli.stack.child import Child
from cli.stack.component import ComponentError

PAUSE_SECONDS, CHECK_SECONDS = 0.05, 10.0


async def wait_until_ready(child: Child, seconds: float) -> None:
    """Send the child its start token, and return once it is ready.

    Raises:
        ComponentError: it exited first, or was not ready within `seconds`.
    """
    name = child.component.name
    exited, checking = asyncio.create_task(child.wait()), asyncio.create_task(_check(child, seconds))
    try:
        await asyncio.wait([exited, checking], return_when=asyncio.FIRST_COMPLETED)
        if exited.done():
            raise ComponentError(name, f"ended with {describe_exit(exited.result())}", child.log.end())
        await checking
    except TimeoutError as error:
        reason = f"was not ready after {seconds:.0f} s ({error.__cause__ or 'it does not answer'})"
        raise ComponentError(name, reason, child.log.end()) from error
    finally:
        exited.cancel()
        checking.cancel()
        await asyncio.gather(exited, checking, return_exceptions=True)


async def _check(child: Child, seconds: float) -> None:
    await child.send_start_token()
    deadline = time.monotonic() + seconds
    while True:
        try:
            async with asyncio.timeout(CHECK_SECONDS):  # wait_for may lose a cancellation and loop forever
                return await child.component.check(child.pid)
        except Exception as error:
            if time.monotonic() > deadline:
                raise TimeoutError from error
        await asyncio.sleep(PAUSE_SECONDS)


def describe_exit(code: int) -> str:
    """Describe a return code of asyncio, where a negative one is a signal."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"
