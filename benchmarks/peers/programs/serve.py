"""How a program is driven: a line of JSON names a project, and a line answers when it is delivered.

To the program: {"project": id, "reached": ""}; again after a restart, with what was last reached.
From it: {"ready": true}; {"project": id, "reached": "..."}, which the driver keeps; {"project": id, "seconds": 0.1};
{"project": id, "error": "..."}.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class Peer(Protocol):
    async def deliver(self, project: str, reached: str, reach: Callable[[str], None]) -> None:
        """Start a project, or continue it; approve it when it asks; return when it is delivered.

        Args:
            reached: what an earlier process said it had reached, or "" for a new project.
            reach: says what is durable now.
        """


async def serve(opening: AbstractAsyncContextManager[Peer]) -> None:
    """Serve standard input until it ends."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with opening as peer, asyncio.TaskGroup() as tasks:
        _say(ready=True)
        async for line in lines:
            wanted = json.loads(line)
            tasks.create_task(_deliver(peer, wanted["project"], wanted["reached"]))


async def _deliver(peer: Peer, project: str, reached: str) -> None:
    started = time.perf_counter()
    try:
        await peer.deliver(project, reached, lambda now: _say(project=project, reached=now))
    except Exception as error:  # the driver decides what it means
        _say(project=project, error=repr(error))
    else:
        _say(project=project, seconds=time.perf_counter() - started)


def _say(**fields: Any) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()
