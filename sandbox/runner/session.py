"""What the process of a test knows about the product: how it is started, and what it was last asked."""

from __future__ import annotations

import shlex
from collections import deque
from collections.abc import Iterable
from typing import Any

from .processes import Process

SHOWN = 300
"""Characters of an output in the history."""

command: dict[str, Any] = {}
"""How the product is started, as the launcher's `command.product` returns it. Set in the process of each test."""

history: deque[str] = deque(maxlen=5)
"""What the product was last asked, and the outcome."""


def shown(arguments: Iterable[str]) -> str:
    """Return the command line that a person would type."""
    return shlex.join([*command["shown"].split(), *arguments])


def end(process: Process, shown: str, seconds: float) -> int:
    """Wait until a process has ended, and return its exit code.

    Raises:
        TimeoutError: it did not end in time.
    """
    code = process.wait(seconds)
    process.kill()
    if code is None:
        message = f"{shown} did not end within {seconds:g} s; until then it {printed(process)}"
        history.append(message)
        raise TimeoutError(message)
    return code


def printed(process: Process) -> str:
    outputs = ((process.out, ""), (process.err, " to stderr"))
    return f"printed {' and '.join(short(text) + where for text, where in outputs if text) or 'nothing'}"


def short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN // 3]}...{text[-SHOWN * 2 // 3 :]}"
