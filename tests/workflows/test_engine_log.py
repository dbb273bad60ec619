"""The engine's own log goes through `logging`, in the format of all other lines."""

from __future__ import annotations

import asyncio
import logging

import pytest

from cli.stack.embedded import Servers
from tests.waiting import eventually
from workflows.client import connect, find_workflow


async def test_the_engines_warnings_are_records_of_logging(
    servers: Servers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = servers.temporal.split(":")
    connections: list[asyncio.StreamWriter] = []

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream = await asyncio.open_connection(host, int(port))
        connections.extend((writer, upstream))

        async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                target.write(data)
            target.close()

        await asyncio.gather(copy(reader, upstream), copy(upstream_reader, writer), return_exceptions=True)

    proxy = await asyncio.start_server(forward, "127.0.0.1", 0)
    address, proxied = proxy.sockets[0].getsockname()
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"{address}:{proxied}")
    client = await connect()
    proxy.close()
    for connection in connections:
        connection.close()

    async def is_logged() -> bool:
        return any(record.name.startswith("temporalio.core") for record in caplog.records)

    with caplog.at_level(logging.WARNING):
        call = asyncio.create_task(find_workflow(client, "nothing"))  # retries, and warns of that
        await eventually(is_logged)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
