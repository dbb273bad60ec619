"""Checks models before anything starts, in a process of its own with the environment of this command."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

from cli.client.model_shapes import ModelReport
from cli.command_line import print_error
from cli.commands.module import run_module
from cli.errors import CommandError, UsageError


async def check_models(names: Sequence[str]) -> list[ModelReport]:
    """Return a report for each model; without names, for those that the settings and the pipelines name.

    Raises:
        UsageError: a setting, or the file of a key, cannot be used.
        CommandError: the check itself failed.
    """
    check = await run_module("crew.model.check", *names)
    if check.code == os.EX_CONFIG:
        raise UsageError(check.reason)
    if check.code:
        raise CommandError(f"cannot check models: {check.reason}")
    return [ModelReport.model_validate_json(line) for line in check.out.splitlines()]


async def require_usable(model: str) -> ModelReport:
    """Check one model, and print what is to be known of its price. Return the report.

    Raises:
        UsageError: it cannot be used, and why.
    """
    (report,) = await check_models([model])
    if report.problem is not None:
        raise UsageError(f"{report.problem} (Checked on this machine. Use --no-check to skip.)")
    _print_warning(report)
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
    _print_warning(report)


def _print_warning(report: ModelReport) -> None:
    if report.warning is not None:
        print_error(f"warning: {report.model}: {report.warning}")
