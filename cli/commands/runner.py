"""Runs a command's coroutine against the API, and turns its errors into one line and an exit code."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import NoReturn

import typer
from pydantic import ValidationError

from cli.client.address import find_api
from cli.client.http import Client
from cli.client.ids import PROJECT, find_id
from cli.command_line import discard_stdout, print_error, report_io_error
from cli.commands.options import ApiTarget
from cli.errors import INTERRUPTED, NO_API, TERMINATED, CommandError
from cli.interrupts import raise_on_interrupt

Command = Callable[[Client], Awaitable[int]]
"""A command as a coroutine that uses the API and returns the exit code."""


def run_on(given: str, command: Callable[[Client, str], Awaitable[int]], api: ApiTarget, *kinds: str) -> NoReturn:
    """Run a command on a record, by default a project, that is named by its id or otherwise (see `cli.client.ids`)."""

    async def resolved(client: Client) -> int:
        return await command(client, await find_id(client, given, *(kinds or (PROJECT,))))

    run_command(resolved, api)


def run_command(command: Command, api: ApiTarget) -> NoReturn:
    """Run the command and exit with its code; print an expected error on one line, and exit with the code for it."""
    is_terminated = False

    async def main() -> int:
        task = asyncio.current_task()
        assert task is not None

        def terminate() -> None:
            nonlocal is_terminated
            is_terminated = True
            task.cancel()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
        async with Client(find_api(api.url, api.data_dir)) as client:
            return await command(client)

    try:
        with raise_on_interrupt():
            code = asyncio.run(main())
        sys.stdout.flush()  # a failed write is reported here rather than while Python exits
    except CommandError as error:
        print_error(str(error))
        code = error.code
    except ValidationError as error:
        print_error(f"the server is not BotArmy, or another version of it: {error.errors()[0]['msg']}")
        code = NO_API
    except OSError as error:
        code = report_io_error(error)
        discard_stdout()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except asyncio.CancelledError:
        code = TERMINATED if is_terminated else INTERRUPTED
    raise typer.Exit(code)
