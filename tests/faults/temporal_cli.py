"""Temporal's command line, with which an operator can send any signal to a workflow."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter

from models.contracts.hitl import HitlResponse
from tests.faults.fault_stack import FaultStack

SECONDS = 60.0


async def send(stack: FaultStack, workflow_id: str, payloads: Sequence[Payload]) -> tuple[int, str]:
    """Send the signal `respond` with these payloads. Returns the exit code and the output."""
    encodings = [payload.metadata.get("encoding", b"").decode() for payload in payloads]
    # The CLI validates JSON payloads before it decodes base64, and would refuse some of them itself.
    binary = any(not each.startswith("json/") for each in encodings)
    inputs = ["--input-base64"] if binary else []
    with TemporaryDirectory(dir=stack.folder) as folder:
        for number, (payload, encoding) in enumerate(zip(payloads, encodings, strict=True)):
            file = Path(folder, str(number))
            file.write_bytes(base64.b64encode(payload.data) if binary else payload.data)
            inputs += ["--input-file", str(file), "--input-meta", f"encoding={encoding}"]
        process = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).with_name("temporal")), "workflow", "signal"),
            *("--address", stack.temporal_client.service_client.config.target_host, "--workflow-id", workflow_id),
            *("--name", "respond", *inputs),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode is not None
    return process.returncode, output.decode()


async def respond(stack: FaultStack, workflow_id: str, response: HitlResponse) -> tuple[int, str]:
    """Send a response as the API would, without the API."""
    return await send(stack, workflow_id, pydantic_data_converter.payload_converter.to_payloads([response]))
