"""Measures the memory of worker and api when idle, and after the load of the previous benchmarks."""

from __future__ import annotations

from benchmarks.processes import MIB, resident
from benchmarks.stack import Bench
from benchmarks.table import Aim, Row


async def measure(bench: Bench) -> list[Row]:
    loaded = _resident(bench)
    await bench.renew()
    return [*_rows("idle", _resident(bench)), *_rows("after the load above", loaded)]


def _resident(bench: Bench) -> dict[str, float]:
    return {name: resident(bench.pids[name]) / MIB for name in ("worker", "api")}


def _rows(when: str, resident: dict[str, float]) -> list[Row]:
    return [
        Row(f"resident memory {when}: {name}", {"MiB": each}, aim=Aim(each, 200, "MiB"))
        for name, each in resident.items()
    ]
