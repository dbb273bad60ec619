"""From a command's arguments to its coroutine, and from what that comes to, to an exit code."""

from __future__ import annotations

import asyncio
import io
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from cli.client.address import find
from cli.client.http import Client
from cli.command_line import complain, give_up_output
from cli.commands.options import Api
from cli.exits import FAILED, INTERRUPTED, NO_API, CommandError
from cli.interrupts import raising
from cli.views.streams import about

TERMINATED = 143
Work = Callable[[Client], Awaitable[int]]
"""What a command does with the API; gives the exit code."""


def perform(work: Work, api: Api) -> NoReturn:
    """Do the work; an error that the user can make something of is one line, and an exit code of its own."""
    terminated = False
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without our ticks is no reason to stop

    async def main() -> int:
        task = asyncio.current_task()
        assert task is not None

        def terminate() -> None:
            nonlocal terminated
            terminated = True
            task.cancel()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
        async with Client(find(api.url, api.data_dir)) as client:
            return await work(client)

    try:
        with raising():
            code = asyncio.run(main())
        sys.stdout.flush()  # what cannot be written is told here, and not as Python ends
    except CommandError as error:
        complain(str(error))
        code = error.code
    except ValidationError as error:
        complain(f"what answers is not our API, or another version of it: {error.errors()[0]['msg']}")
        code = NO_API
    except OSError as error:
        complain(f"cannot go on: {error.strerror or error}")
        give_up_output()
        code = FAILED
    except KeyboardInterrupt:
        code = INTERRUPTED
    except asyncio.CancelledError:
        code = TERMINATED if terminated else INTERRUPTED
    raise typer.Exit(code)


def print_json(document: object) -> None:
    """One document on standard output, in ASCII, so that no character of it can steer a terminal."""
    print(json.dumps(document, indent=2))


def output() -> Console:
    """Standard output, for people."""
    return Console(highlight=False, **about(sys.stdout))


def errors() -> Console:
    """Standard error, for people."""
    return Console(stderr=True, highlight=False, **about(sys.stderr))


def on_a_terminal() -> bool:
    """Whether there is somebody to ask, who sees the question."""
    return sys.stdin.isatty() and sys.stdout.isatty()
