"""Tracing is off unless an exporter is configured, and then costs nothing."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from cli.stack.embedded import Servers
from config.settings import Settings
from telemetry import tracing
from tests.checkout import CHECKOUT
from tests.serving import program_environment
from tests.signing_in import signed_in
from tests.telemetry.conftest import free_port
from tests.telemetry.processes import process
from tests.telemetry.tracing_under_test import tracing as traced_here
from tests.waiting import eventually

CONFIGURE = """
import json, os, sys
from telemetry.tracing import configure_tracing, is_tracing, span, temporal_interceptors
import workflows.client
found = []
for variables in json.loads(sys.argv[1]):
    os.environ.update(variables)
    configure_tracing("botarmy-test", content=False)
    with span("one", {"a": 1}) as traced:
        traced.set({"a": 2})
    names = ("opentelemetry.exporter", "temporalio.contrib.opentelemetry", "telemetry.exporting")
    found.append([is_tracing(), len(temporal_interceptors()), [name for name in names if name in sys.modules]])
    for name in variables:
        del os.environ[name]
print(json.dumps(found))
sys.stdout.flush()
os._exit(0)  # no collector listens
"""
HIDDEN = "import sys; sys.modules['opentelemetry.sdk'] = None\n"
HERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


def configured(program: str, *variables: dict[str, str]) -> tuple[list[list[object]], str]:
    """Return what a process says after it was configured with each of these environments, and its log."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, json.dumps(variables)],
        env={"PYTHONPATH": str(CHECKOUT), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )
    *log, last = done.stdout.splitlines()
    return json.loads(last), "\n".join([*log, done.stderr])


def test_without_an_endpoint_nothing_is_imported_and_with_one_it_starts() -> None:
    disabled = HERE | {"OTEL_SDK_DISABLED": "true"}, HERE | {"OTEL_TRACES_EXPORTER": "none"}
    found, log = configured(CONFIGURE, {}, {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, *disabled, HERE)
    assert found[:4] == [[False, 0, []]] * 4
    assert found[4][:2] == [True, 1]
    assert log.count("tracing_started") == 1


def test_without_the_extra_one_line_says_what_to_install() -> None:
    found, log = configured(HIDDEN + CONFIGURE, HERE)
    assert found[0][:2] == [False, 0]
    assert log.count("tracing_unavailable") == 1
    assert "extra `telemetry`" in log


def test_the_environment_names_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    def name() -> object:
        with traced_here() as traced:
            with tracing.span("one", {}):
                pass
            return traced.spans[0].resource.attributes["service.name"]

    assert name() == "botarmy-test"
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=by-attributes")
    assert name() == "by-attributes"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "by-name")
    assert name() == "by-name"


@pytest.mark.parametrize("content", [False, True])
def test_texts_of_errors_are_never_exported(content: bool) -> None:
    with traced_here(content=content) as traced:
        with pytest.raises(ValueError, match="secret"), tracing.span("failing", {}):
            raise ValueError("a secret prompt")
        (span,) = traced.spans
    assert "secret" not in traced.texts
    assert (span.attributes or {})["error.type"] == "ValueError"
    assert not span.status.is_ok
    assert [(event.attributes or {})["exception.type"] for event in span.events] == ["ValueError"]


@asynccontextmanager
async def collector(port: int = 0) -> AsyncIterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """An OTLP collector that keeps what it receives."""
    received: list[ExportTraceServiceRequest] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert head.startswith("POST /v1/traces ")
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        received.append(ExportTraceServiceRequest.FromString(await reader.readexactly(length)))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", port)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", received


async def test_spans_reach_a_collector_when_a_process_ends(servers: Servers, settings: Settings) -> None:
    port = free_port()
    async with collector() as (endpoint, received):
        own = {"BOTARMY_PORT": str(port), "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
        async with process("api", program_environment(servers, settings) | own) as api:
            await eventually(lambda: answers(f"http://127.0.0.1:{port}/api/v1/pipelines/"))
            api.terminate()
            await asyncio.wait_for(api.wait(), 60)
        (first, *_) = received
    (resource,) = first.resource_spans
    attributes = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert attributes["service.name"] == "botarmy-api"
    assert "GET /api/v1/pipelines/" in {span.name for scope in resource.scope_spans for span in scope.spans}


async def test_a_collector_that_is_down_keeps_no_process(servers: Servers, settings: Settings) -> None:
    port = free_port()
    own = {"BOTARMY_PORT": str(port), "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    async with process("api", program_environment(servers, settings) | own) as api:
        await eventually(lambda: answers(f"http://127.0.0.1:{port}/api/v1/pipelines/"))
        api.terminate()
        await asyncio.wait_for(api.wait(), 15)


async def answers(url: str) -> bool:
    async with signed_in() as client:
        try:
            return (await client.get(url)).status_code == 200
        except httpx2.TransportError:
            return False
