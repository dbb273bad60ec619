"""Ctrl-C: exit code 130 and no traceback, whatever Python happens to be doing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from cli.exits import INTERRUPTED


def end() -> None:
    """From now on, Ctrl-C ends the process at once: while it imports or exits, there is nothing to tidy up.

    An interrupt that is ignored, as for a background job of a script, stays ignored.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


@contextmanager
def ending() -> Iterator[None]:
    """In the block, Ctrl-C ends the process at once."""
    with _handling(signal.default_int_handler, _end):
        yield


@contextmanager
def raising() -> Iterator[None]:
    """In the block, Ctrl-C is a KeyboardInterrupt, as asyncio expects; else as before."""
    with _handling(_end, signal.default_int_handler):
        yield


@contextmanager
def _handling(known: Callable[..., object], handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    if signal.getsignal(signal.SIGINT) is not known:
        yield
        return
    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, known)


def _end(number: int, frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)
