"""Runs `make bench` on the smallest scale, to keep it working; the figures are meaningless here."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import pytest

from benchmarks.browser import browser_path
from benchmarks.table import Aim, Row, show
from benchmarks.timing import p99
from tests.checkout import CHECKOUT

pytestmark = pytest.mark.long


async def figures(*names: str) -> dict[str, dict[str, Any]]:
    """Run benchmarks, and return their rows by figure."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks", "--quick", "--json", *names),
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode() + output.decode()
    return {row["figure"]: row for row in json.loads(output)}


async def test_the_benchmark_starts_a_stack_and_prints_the_requested_figures() -> None:
    rows = await figures("decisions", "in_flight", "page")
    assert rows["this machine"]["numbers"]["cores"] >= 1
    assert rows["decision to its answer"]["seconds"]["p50"] > 0
    assert rows["decision to its answer"]["aim"]["text"] == "≤ 40 ms at p50"
    if browser_path() is not None:
        assert rows["commit to row painted in the browser"]["seconds"]["p50"] > 0
    assert rows["20 steps in flight that wait 1 s each"]["numbers"]["at most at once"] > 1


@pytest.mark.timeout(700)
async def test_the_benchmark_of_the_crew_with_models_prints_the_requested_figures() -> None:
    rows = await figures("crew")
    calls = rows["20 calls of a model in flight, answered 1 s after the last one has begun"]["numbers"]
    assert calls["at most at once"] >= 20
    assert rows["a coder's step of 30 turns: history of its project"]["aim"]["met"]
    assert rows["SIGKILL of the worker in a coder's step, to the next call of the model"]["seconds"]["p50"] > 0


async def test_the_benchmark_of_many_projects_prints_the_requested_figures() -> None:
    rows = await figures("scale")
    assert rows["1000 projects: the list"]["seconds"]["p50"] > 0
    assert rows["1000 projects: the inbox"]["aim"]["text"] == "≤ 20 ms at p99"
    assert rows["a log of 1000 events: its project"]["numbers"]["ms CPU of api"] > 0


@pytest.mark.timeout(300)
async def test_the_benchmark_of_live_text_prints_the_requested_figures() -> None:
    rows = await figures("live")
    assert rows["chunk of a response to its frame"]["seconds"]["count"] > 10
    if browser_path() is not None:
        assert rows["chunk of a response painted in the page"]["seconds"]["p50"] > 0
    assert rows["CPU a call of 0.8 s, streamed in 20 chunks to one socket"]["numbers"]["ms worker"] > 0


async def test_an_unknown_name_is_refused() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks", "nonsense"), cwd=CHECKOUT, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"unknown: nonsense" in errors


def test_a_row_shows_whether_its_target_is_met(capsys: pytest.CaptureFixture[str]) -> None:
    latency = Row("latency", {}, [0.01, 0.02, 0.09], Aim(20.0, 40, "ms at p50"))
    rate = Row("rate", {"projects/s": 12.345, "of bare's": 0.5}, aim=Aim(0.5, 0.8, at_least=True))
    show([latency, rate], as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:] == [
        "| latency |  | 20 | 90 | ≤ 40 ms at p50 | yes |",
        "| rate | 12.3 projects/s, 0.50 of bare's |  |  | ≥ 0.8 | no |",
    ]


def test_the_99th_percentile_is_a_measured_value() -> None:
    assert p99([float(number) for number in range(1, 201)]) == 198
    assert p99([3.0, 1.0, 2.0]) == 3


@pytest.mark.timeout(300)
async def test_the_benchmark_of_telemetry_prints_the_requested_figures() -> None:
    rows = await figures("telemetry")
    assert rows["traces exported: CPU a project"]["numbers"]["ms worker"] > 0
    assert rows["/metrics read every second: worker and api, against without both"]["numbers"]["of the CPU"] > 0


@pytest.mark.timeout(300)
async def test_the_benchmark_of_several_workers_prints_the_requested_figures() -> None:
    rows = await figures("workers")
    assert rows["short steps, 1 worker, 4 at once"]["numbers"]["of one worker"] == 1
    assert rows["regular steps, 4 workers, 4 at once"]["numbers"]["projects/s"] > 0
