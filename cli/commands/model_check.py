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


async def require_usable(models: str) -> ModelReport:
    """Check the models that a project may ask, in order, and print what is to be known of their prices. Return the
    report of the first that can be used.

    Raises:
        UsageError: none can be used, and why.
    """
    reports = await check_models([models])
    usable = [report for report in reports if report.problem is None]
    if not usable:
        raise UsageError(f"{_problems(reports)} (Checked on this machine. Use --no-check to skip.)")
    _print_warnings(reports)
    return usable[0]


def require_possible(models: str) -> None:
    """Check models before servers start. A problem that may be temporary is only printed: it may be gone by the time
    that a step asks the model.

    Raises:
        UsageError: none can be used, and why.
    """
    reports = asyncio.run(check_models([models]))
    if all(report.problem is not None and not report.is_temporary for report in reports):
        raise UsageError(_problems(reports))
    _print_warnings(reports)


def _problems(reports: Sequence[ModelReport]) -> str:
    return " ".join(report.problem for report in reports if report.problem is not None)


def _print_warnings(reports: Sequence[ModelReport]) -> None:
    for report in reports:
        if report.problem is not None:
            print_error(f"warning: {report.problem}")
        if report.warning is not None:
            print_error(f"warning: {report.model}: {report.warning}")
