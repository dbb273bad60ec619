"""What `botarmy eval` does."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from cli.client.http import Client
from cli.errors import COMPLETED, FAILED, UsageError
from cli.views.console import print_json, stderr, stdout
from cli.views.printable import plain
from config.settings import SettingsError, get_settings
from config.sizes import format_count
from evals.briefs import BRIEFS, EvalCase, load_cases
from evals.report import document, problems, table
from evals.suite import Suite
from sandbox import Sandbox

MAX_LINE = 400


async def evaluate(
    client: Client,
    model: str,
    briefs: Path | None,
    pipeline: str | None,
    *,
    parallel: int,
    max_cost_usd: float,
    check: Callable[[str], Awaitable[object]] | None,
    as_json: bool,
) -> int:
    """Run briefs through the crew, run their hidden tests, and print the results. Return the exit code.

    Args:
        check: raises UsageError if the model cannot be used.

    Raises:
        UsageError: the briefs or the settings cannot be read, or the pipeline or the model cannot be used.
        NoApiError: no API answers.
    """
    cases = _cases(briefs or BRIEFS)
    await client.get("/providers/")
    if pipeline is not None:
        await _require_pipeline(client, pipeline)
    if check is not None:
        await check(model)
    messages = stderr()

    def report(line: str) -> None:
        messages.print(plain(line, max_length=MAX_LINE))

    fields = {"model": model} | ({"pipeline": pipeline} if pipeline else {})
    count = format_count(len(cases), "brief")
    report(f"Running {count} with {model}, {parallel} at a time, budget ${max_cost_usd:.2f}")
    started = time.monotonic()
    suite = Suite(
        client.address, cases, fields, _sandbox(), parallel=parallel, max_cost_usd=max_cost_usd, report=report
    )
    results = await suite.run()
    seconds = time.monotonic() - started
    if as_json:
        print_json(document(model, results, seconds))
    else:
        stdout().print(table(results, seconds))
        for line in problems(results):
            stdout().print(plain(line, max_length=MAX_LINE))
    return COMPLETED if all(each.is_good for each in results) else FAILED


async def _require_pipeline(client: Client, name: str) -> None:
    """Check the pipeline once, rather than with the project of each brief."""
    known = [item["name"] for item in (await client.get("/pipelines/"))["items"]]
    if name not in known:
        raise UsageError(f"the pipeline {name} is unknown or has errors; the pipelines are {', '.join(sorted(known))}")


def _cases(folder: Path) -> list[EvalCase]:
    try:
        cases = load_cases(folder)
    except (OSError, ValueError, SyntaxError) as error:
        raise UsageError(f"the briefs in {folder} cannot be read: {error}") from None
    if not cases:
        raise UsageError(f"there are no briefs in {folder}: each is a folder with brief.md and hidden/")
    return cases


def _sandbox() -> Sandbox:
    try:
        return Sandbox.with_settings(get_settings())
    except SettingsError as error:
        raise UsageError("; ".join(error.sentences)) from None
