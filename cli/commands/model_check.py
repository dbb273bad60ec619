"""Checks models before anything starts, in a process of its own with the environment of this command."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence

from cli.client.model_shapes import ModelReport
from cli.command_line import print_error
from cli.exits import CommandError, UsageError
from cli.stack.checkout import python_path


async def check_models(names: Sequence[str]) -> list[ModelReport]:
    """Return a report for each model; without names, for those that the settings and the pipelines name.

    Raises:
        UsageError: a setting, or the file of a key, cannot be used.
        CommandError: the check failed in itself.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "crew.model.check", *names),
        env=os.environ | python_path(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate()
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    if process.returncode:
        reason = (err.decode(errors="replace").strip().splitlines() or [f"exit code {process.returncode}"])[-1]
        raise UsageError(reason) if reason.startswith("a setting") else CommandError(f"cannot check models: {reason}")
    return [ModelReport.model_validate_json(line) for line in out.splitlines()]


async def require_usable(model: str) -> ModelReport:
    """Check one model. Return the report.

    Raises:
        UsageError: it cannot be used, and why.
    """
    (report,) = await check_models([model])
    if report.problem is not None:
        raise UsageError(f"{report.problem} (Checked on this machine. Use --no-check to skip.)")
    return report


def require_possible(model: str) -> None:
    """Check one model before servers start. A problem that may be temporary is only printed: it may be gone by the time
    that a step asks the model.

    Raises:
        UsageError: it cannot be used, and why.
    """
    (report,) = asyncio.run(check_models([model]))
    if report.problem is not None:
        if not report.is_temporary:
            raise UsageError(report.problem)
        print_error(f"warning: {report.problem}")
