"""Ctrl-C: exit code 130 without a traceback, at any moment of the process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from cli.errors import INTERRUPTED


def install_exit_handler() -> None:
    """From now on, Ctrl-C exits at once: there is nothing to clean up during imports and at exit.

    An interrupt that is ignored, as in a script's background job, stays ignored.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _exit)


@contextmanager
def exit_on_interrupt() -> Iterator[None]:
    """Inside the block, Ctrl-C exits at once."""
    with _replaced(signal.default_int_handler, _exit):
        yield


@contextmanager
def raise_on_interrupt() -> Iterator[None]:
    """Inside the block, Ctrl-C raises KeyboardInterrupt, as asyncio expects."""
    with _replaced(_exit, signal.default_int_handler):
        yield


@contextmanager
def _replaced(current: Callable[..., object], handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    if signal.getsignal(signal.SIGINT) is not current:
        yield
        return
    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, current)


def _exit(number: int, frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)
