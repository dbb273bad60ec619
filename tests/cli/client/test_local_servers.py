"""Servers with models on this machine are found on their usual ports, and nothing else is mistaken for one."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest

from cli.client import local_servers
from cli.client.local_servers import KnownServer, LocalServer, find_servers

LISTED = json.dumps({"object": "list", "data": [{"id": "qwen3:8b", "object": "model"}, {"id": "b"}]})


@asynccontextmanager
async def answering(body: str, status: str = "200 OK", endless: bool = False) -> AsyncIterator[int]:
    """A server that answers each request with this body. Yield its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nConnection: close\r\nLocation: /\r\n\r\n{body}".encode())
        with suppress(ConnectionError):
            while endless:
                writer.write(b" " * 65536)
                await writer.drain()
            await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_servers_are_found_with_the_settings_that_they_need() -> None:
    async with (
        answering(LISTED) as ollama,
        answering(LISTED) as llama,
        answering('{"object":"list","data":null}') as no,
    ):
        usual = [
            KnownServer("Ollama", ollama, "ollama"),
            KnownServer("llama.cpp", llama, "openai"),
            KnownServer("LM Studio", no, "openai"),
        ]
        found = await find_servers([KnownServer("none", 9, "vllm"), *usual])
    assert found == [
        LocalServer("Ollama", f"http://127.0.0.1:{ollama}", "ollama", ("qwen3:8b", "b")),
        LocalServer("llama.cpp", f"http://127.0.0.1:{llama}", "openai", ("qwen3:8b", "b")),
        LocalServer("LM Studio", f"http://127.0.0.1:{no}", "openai", ()),
    ]
    assert found[0].settings("qwen3:8b") == {"BOTARMY_MODEL": "ollama:qwen3:8b"}
    assert found[1].settings("b") == {
        "BOTARMY_MODEL": "openai:b",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{llama}/v1",
        "BOTARMY_MODEL_PRICES": "openai:b=0/0",
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html>", "200 OK"),
        ("[]", "200 OK"),
        ('{"object": "list"}', "200 OK"),
        ('{"object": "list", "data": [1]}', "200 OK"),
        ('{"object": "list", "data": 1}', "200 OK"),
        (LISTED, "401 Unauthorized"),
        (LISTED, "302 Found"),
    ],
)
async def test_another_program_on_the_port_is_left_out(body: str, status: str) -> None:
    async with answering(body, status) as port:
        assert await find_servers([KnownServer("vLLM", port, "vllm")]) == []


async def test_botarmys_own_api_is_left_out(api_url: str) -> None:
    assert await find_servers([KnownServer("vLLM", urlsplit(api_url).port or 0, "vllm")]) == []


async def test_a_program_that_never_ends_its_answer_is_left_out() -> None:
    async with answering("", endless=True) as port:
        assert await find_servers([KnownServer("vLLM", port, "vllm")]) == []


async def test_a_program_that_does_not_answer_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_servers, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # nobody accepts its connections
        assert await find_servers([KnownServer("vLLM", silent.getsockname()[1], "vllm")]) == []


def test_the_usual_ports_are_those_of_the_programs() -> None:
    assert {(usual.name, usual.port) for usual in local_servers.KNOWN_SERVERS} == {
        ("Ollama", 11434), ("LM Studio", 1234), ("vLLM", 8000), ("llama.cpp", 8080)
    }  # fmt: skip
