"""A collector that does not answer is one line in the log, however long it is down."""

from __future__ import annotations

import asyncio
import json
import os
import sys

from tests.checkout import CHECKOUT
from tests.telemetry.conftest import free_port
from tests.telemetry.test_tracing_setup import collector

PROGRAM = """
import logging, os, sys
from config.logging import configure_logs
from config.settings import Settings
from telemetry import tracing
configure_logs(Settings(_env_file=None, log_format="json"), "test")
tracing.configure_tracing("botarmy-test", content=False)
for line in sys.stdin:
    with tracing.span("one", {}):
        logging.getLogger("planted").error("inside")
    logging.getLogger("planted").error("outside")
    tracing._spans.flush()
    print("flushed", flush=True)
os._exit(0)
"""


async def test_a_collector_that_is_down_is_one_line_until_it_answers_again() -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-c", PROGRAM),
        env={
            "PYTHONPATH": str(CHECKOUT),
            "PATH": os.defpath,
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "3",
        },
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    async def export() -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"\n")
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"flushed\n"

    await export()
    await export()
    async with collector(port) as (_, received):
        await export()
        assert received
    process.stdin.close()
    _, log = await process.communicate()
    lines = [json.loads(line) for line in log.decode().splitlines()]
    assert [line["event"] for line in lines] == [
        *("tracing_started", "inside", "outside", "spans_not_exported"),
        *("inside", "outside", "inside", "outside", "spans_exported_again"),
    ]
    assert "refused" in lines[3]["reason"]
    inside = [line for line in lines if line["event"] == "inside"]
    assert len({line["trace_id"] for line in inside}) == len({line["span_id"] for line in inside}) == 3
    assert all(len(line["trace_id"]) == 32 and len(line["span_id"]) == 16 for line in inside)
    assert not any("trace_id" in line for line in lines if line["event"] == "outside")
