"""The results of an eval: a table for people, a document for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import reduce
from operator import add
from typing import Any

from rich.table import Column, Table

from cli.views.printable import plain
from evals.evaluation import EvalResult
from evals.usage import EvalUsage

MAX_FAILURES = 5
"""Hidden tests of one brief whose failures are printed; the document has all of them."""

_NUMBERS = ("hidden tests", "rounds", "turns", "tokens", "cost", "time")


def table(results: Sequence[EvalResult], seconds: float) -> Table:
    """Return a row for each brief, and their total.

    Args:
        seconds: how long the whole eval took.
    """
    rows = Table(Column("brief", no_wrap=True), "delivered", box=None, pad_edge=False)
    for heading in _NUMBERS:
        rows.add_column(heading, justify="right", no_wrap=True)
    for each in results:
        rows.add_row(plain(each.brief), "yes" if each.delivered else "no", *_numbers([each], each.usage, each.seconds))
    delivered = f"{sum(each.delivered for each in results)} of {len(results)}"
    rows.add_row("total", delivered, *_numbers(results, _total(results), seconds))
    return rows


def problems(results: Sequence[EvalResult]) -> list[str]:
    """Return a line for each brief that was not delivered, and for the first hidden tests that failed."""
    lines = [f"{each.brief}: {each.reason}" for each in results if each.reason is not None]
    for each in results:
        lines += [f"{each.brief}: {failure}" for failure in each.failures[:MAX_FAILURES]]
    return lines


def document(model: str, results: Sequence[EvalResult], seconds: float) -> dict[str, Any]:
    """Return the results as JSON."""
    return {
        "model": model,
        "briefs": [asdict(each) | {"delivered": each.delivered} for each in results],
        "total": {
            "delivered": sum(each.delivered for each in results),
            "hidden_tests": sum(each.hidden_tests for each in results),
            "hidden_passed": sum(each.hidden_passed for each in results),
            "usage": asdict(_total(results)),
            "seconds": seconds,
        },
    }


def _total(results: Sequence[EvalResult]) -> EvalUsage:
    return reduce(add, (each.usage for each in results), EvalUsage())


def _numbers(results: Sequence[EvalResult], usage: EvalUsage, seconds: float) -> list[str]:
    passed, tests = (sum(getattr(each, name) for each in results) for name in ("hidden_passed", "hidden_tests"))
    return [
        f"{passed} of {tests}",
        f"{usage.rounds}",
        f"{usage.turns}",
        f"{usage.input_tokens + usage.output_tokens:,}",
        f"${usage.cost_usd:.2f}",
        f"{int(seconds) // 60}:{int(seconds) % 60:02}",
    ]
