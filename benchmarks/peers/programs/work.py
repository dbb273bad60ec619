"""The work of a project: five steps that each write a document, and a human decision after the second.

In the test of kills, each step makes one call that costs money: it asks the server at CALLS, which counts it.
"""

from __future__ import annotations

import asyncio
import os
import socket

STEPS = 5
STEPS_BEFORE_GATE = 2
APPROVED = "approved"

_DOCUMENT = "What the step found, in some length. " * 28  # 1 KiB, like a short document of a crew


def _address() -> tuple[str, int] | None:
    host, _, port = os.environ.get("CALLS", "").rpartition(":")
    return (host, int(port)) if port else None


async def write(project: str, step: int) -> str:
    """Return the document of a step."""
    if address := _address():
        reader, writer = await asyncio.open_connection(*address)
        try:
            writer.write(_call(project, step))
            await reader.readexactly(1)
        finally:
            writer.close()
    return f"Step {step}. {_DOCUMENT}"


def write_blocking(project: str, step: int) -> str:
    """Return the document of a step, like `write`, for libraries whose steps are plain functions."""
    if address := _address():
        with socket.create_connection(address) as connection:
            connection.sendall(_call(project, step))
            connection.recv(1)
    return f"Step {step}. {_DOCUMENT}"


def _call(project: str, step: int) -> bytes:
    return f"{project} {step}\n".encode()
