"""Replays a task, as `botarmy replay` does."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from cli.client.http import Client
from cli.commands.module import run_module
from cli.errors import COMPLETED, FAILED, ApiError, CommandError, UsageError
from cli.views.console import print_json, stdout
from cli.views.printable import plain
from config.sizes import format_count

MAX_SHOWN = 600
"""Characters of a message that are printed; JSON has all of them."""


async def replay_task(client: Client, task_id: str, as_json: bool) -> int:
    """Print whether a task's step would be the same today. Return the exit code."""
    try:
        recording = await client.download(f"/tasks/{task_id}/recording")
    except ApiError as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        raise UsageError(str(refused)) from None  # exit code 1 says that it differs
    result = await _replay(recording)
    if (problem := result.get("error")) is not None:
        raise UsageError(f"task {task_id} cannot be replayed: {problem}")
    difference = result["difference"]
    if as_json:
        print_json({"task_id": task_id, "same": difference is None, **result})
    elif difference is None:
        print(f"The same: {format_count(result['turns'], 'turn')}, {format_count(result['calls'], 'tool call')}.")
    else:
        console = stdout()
        console.print(f"Message {difference['entry']} of {result['entries']} differs.")
        console.print(plain(f"stored: {difference['stored']}", max_length=MAX_SHOWN))
        console.print(plain(f"now:    {difference['now']}", max_length=MAX_SHOWN))
    return COMPLETED if difference is None else FAILED


async def _replay(recording: bytes) -> dict[str, Any]:
    """Return the result of `python -m crew.model.replay`.

    Raises:
        CommandError: it failed.
    """
    replay = await run_module("crew.model.replay", stdin=recording)
    if not replay.out:
        raise CommandError(f"the replay failed: {replay.reason}")
    result: dict[str, Any] = json.loads(replay.out)
    return result
