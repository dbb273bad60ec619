"""`botarmy doctor` against the APIs of a fault stack."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from tests.checkout import CHECKOUT
from tests.faults.fault_stack import FaultStack

DOCTOR_SECONDS = 300.0


async def doctor(stack: FaultStack, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run `botarmy doctor` against the first API. Returns its exit code and its JSON."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", "doctor", "--json", "--api", stack.apis[0].component.address, *arguments),
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), DOCTOR_SECONDS)
    assert process.returncode is not None
    assert output or process.returncode == 5, errors.decode()
    return process.returncode, json.loads(output) if output else {"items": []}
