"""Replays a task: in a process of its own, since the terminal imports nothing that asks models."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from cli.client.http import Client
from cli.exits import COMPLETED, FAILED, CommandError, UsageError
from cli.stack.checkout import python_path
from cli.views.console import print_json, stdout
from cli.views.printable import plain

COMMAND = (sys.executable, "-P", "-m", "crew.model.replay")
MAX_SHOWN = 600
"""Characters of a message that are printed; JSON has all of them."""


async def replay_task(client: Client, task_id: str, as_json: bool) -> int:
    """Print whether a task's step would be the same today. Return the exit code."""
    result = await _replay(await client.download(f"/tasks/{task_id}/recording"))
    if (error := result.get("error")) is not None:
        raise UsageError(f"task {task_id} cannot be replayed: {error}")
    difference = result["difference"]
    if as_json:
        print_json({"task_id": task_id, "same": difference is None, **result})
    elif difference is None:
        print(f"The same: {_count(result['turns'], 'turn')}, {_count(result['calls'], 'tool call')}.")
    else:
        console = stdout()
        console.print(f"Message {difference['entry']} of {result['entries']} differs.")
        console.print(plain(f"stored: {difference['stored']}", max_length=MAX_SHOWN))
        console.print(plain(f"now:    {difference['now']}", max_length=MAX_SHOWN))
    return COMPLETED if difference is None else FAILED


async def _replay(recording: bytes) -> dict[str, Any]:
    """Return the result of `python -m crew.model.replay`.

    Raises:
        CommandError: it failed; its traceback is on standard error.
    """
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        env=os.environ | python_path(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        out, _ = await process.communicate(recording)
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if not out:
        raise CommandError(f"the replay failed with exit code {process.returncode}")
    result: dict[str, Any] = json.loads(out)
    return result


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
