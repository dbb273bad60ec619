"""The program of a local MCP server: its processes, and the messages on its standard input and output.

The library's own transport would keep a line of any length, fail at bytes that are not UTF-8, drop a message with half
of a surrogate pair (as JavaScript writes a text that was cut there), and leave what the server has started.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
from anyio.abc import Process
from mcp.client.stdio import get_default_environment
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from config.mcp_servers import LocalServer
from crew.model.incoming import storable_json
from crew.model.mcp.sizes import MAX_MESSAGE, MessageSizeError

EXIT_SECONDS = 2.0
"""How long a server may take to end once its input is closed, before it is killed."""


@asynccontextmanager
async def running_program(server: LocalServer) -> AsyncIterator[tuple[Any, Any]]:
    """Run a server inside the block, and return the streams of messages from it and to it. At the end, the server and
    whatever it has started in its process group are gone.

    Raises:
        OSError: it cannot be started.
        MessageSizeError: it sent a message that is too large.
    """
    process = await anyio.open_process(
        [server.command, *server.args],
        env=get_default_environment() | server.env,
        cwd=server.cwd,
        stderr=subprocess.DEVNULL,  # its log would fill ours
        start_new_session=True,
    )
    patience = 0.0  # unless the block ends as it should
    try:
        received, messages = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        replies, sent = anyio.create_memory_object_stream[SessionMessage](0)
        async with anyio.create_task_group() as tasks, messages, replies, received, sent:
            tasks.start_soon(_receive, process, received)
            tasks.start_soon(_send, process, sent, received)
            yield messages, replies
            patience = EXIT_SECONDS
            tasks.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            await _end(process, patience)


async def _receive(process: Process, received: Any) -> None:
    """Pass on what the server says. A line that is no message is a log that went astray."""
    assert process.stdout is not None
    line = bytearray()
    async with received:
        async for chunk in process.stdout:
            *ended, rest = chunk.split(b"\n")
            for each in ended:
                line += each
                _check_size(line)
                if (message := _message(bytes(line))) is not None:
                    with suppress(anyio.BrokenResourceError):
                        await received.send(message)
                line.clear()
            line += rest
            _check_size(line)


def _check_size(line: bytearray) -> None:
    if len(line) > MAX_MESSAGE:
        raise MessageSizeError


def _message(line: bytes) -> SessionMessage | None:
    with suppress(ValueError, RecursionError):
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    with suppress(ValueError, RecursionError):
        repaired = storable_json(json.loads(line.decode("utf-8", "replace")))
        return SessionMessage(jsonrpc_message_adapter.validate_python(repaired, by_name=False))
    return None


async def _send(process: Process, sent: Any, received: Any) -> None:
    assert process.stdin is not None
    try:
        async for each in sent:
            body = each.message.model_dump_json(by_alias=True, exclude_unset=True)
            await process.stdin.send(f"{body}\n".encode())
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
        await received.aclose()  # so that what waits for an answer learns that there will be none


async def _end(process: Process, patience: float) -> None:
    assert process.stdin is not None
    with suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        await process.stdin.aclose()
    with anyio.move_on_after(patience):
        # Not process.wait(): it also waits for the end of the output, which children of the server may hold open.
        while process.returncode is None:  # noqa: ASYNC110 - nothing tells
            await anyio.sleep(0.01)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with anyio.move_on_after(EXIT_SECONDS):
        await process.aclose()
