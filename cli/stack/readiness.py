"""The wait for a child to serve."""

from __future__ import annotations

import asyncio
import time

from cli.stack.child import Child
from cli.stack.component import ComponentError

PAUSE_SECONDS, CHECK_SECONDS = 0.05, 10.0


async def serving(child: Child, seconds: float) -> None:
    """Let the child begin, and return when it serves.

    Raises:
        ComponentError: it ended first, or did not serve within `seconds`.
    """
    name = child.component.name
    ended, asking = asyncio.create_task(child.ended()), asyncio.create_task(_ask(child, seconds))
    try:
        await asyncio.wait([ended, asking], return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            raise ComponentError(name, f"ended with {describe_exit(ended.result())}", child.log.end())
        await asking
    except TimeoutError as error:
        reason = f"was not ready after {seconds:.0f} s ({error.__cause__ or 'it does not answer'})"
        raise ComponentError(name, reason, child.log.end()) from error
    finally:
        ended.cancel()
        asking.cancel()
        await asyncio.gather(ended, asking, return_exceptions=True)


async def _ask(child: Child, seconds: float) -> None:
    await child.enter()
    deadline = time.monotonic() + seconds
    while True:
        try:
            async with asyncio.timeout(CHECK_SECONDS):  # wait_for may lose a cancellation, and this go on for ever
                return await child.component.check(child.pid)
        except Exception as error:
            if time.monotonic() > deadline:
                raise TimeoutError from error
        await asyncio.sleep(PAUSE_SECONDS)


def describe_exit(code: int) -> str:
    """Name what asyncio calls a return code: negative is a signal."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"
