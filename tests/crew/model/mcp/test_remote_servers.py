"""MCP servers over Streamable HTTP."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError as ServerToolError

from crew.model.mcp.tools import McpTools
from crew.model.tool import Tool, ToolError
from crew.protocol import AgentError
from models.contracts.roles import Role
from tests import uvicorn_server
from tests.crew.model.mcp.test_mcp_tools import run

KEY = "a-key-that-nobody-may-read"
ADDRESS_KEY = "another-key-that-nobody-may-read"

pytestmark = pytest.mark.timeout(60)

App = Callable[[Any, Any, Any], Awaitable[None]]


def notes() -> tuple[App, list[str], list[str]]:
    """A server, the keys that it was sent, and what was noted."""
    server, keys, noted = MCPServer("notes"), list[str](), list[str]()

    @server.tool()
    def note(text: str) -> str:
        """Note a text."""
        noted.append(text)
        return f"noted: {text}"

    @server.tool()
    def fail() -> str:
        """Quote a key."""
        raise ServerToolError(f"cannot with {keys[-1].removeprefix('Bearer ')}")

    @server.tool()
    def flood() -> str:
        """Say too much."""
        return "x" * 3_000_000

    inner = server.streamable_http_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            keys.append(dict(scope["headers"]).get(b"authorization", b"").decode())
        await inner(scope, receive, send)

    return app, keys, noted


@asynccontextmanager
async def served(app: App, *, lifespan: bool = True) -> AsyncIterator[str]:
    config = uvicorn.Config(
        app, lifespan="on" if lifespan else "off", log_level="critical", timeout_graceful_shutdown=1
    )
    async with uvicorn_server.running(config) as (address, _):
        yield f"http://{address}/mcp"


@asynccontextmanager
async def opened(folder: Path, url: str, *tools: str) -> AsyncIterator[tuple[Tool, ...]]:
    server = {"url": f"{url}?key=${{ADDRESS_KEY}}", "headers": {"Authorization": "Bearer ${HEADER_KEY}"}}
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": {"notes": server}}))
    async with McpTools(folder / "mcp.json").opened(Role(name="coder", mcp_tools=tools)) as found:
        yield found


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADER_KEY", KEY)
    monkeypatch.setenv("ADDRESS_KEY", ADDRESS_KEY)


async def test_tools_are_called_with_the_headers_and_keys_are_removed(tmp_path: Path) -> None:
    app, keys, noted = notes()
    async with served(app) as url, opened(tmp_path, url, "notes/note", "notes/fail") as (note, fail):
        assert await run(note, text="one") == "noted: one"
        with pytest.raises(ToolError, match=r"cannot with \[key\]"):
            await run(fail)
    assert noted == ["one"]
    assert set(keys) == {f"Bearer {KEY}"}


async def test_a_large_response_is_not_read(tmp_path: Path) -> None:
    app, _, _ = notes()
    async with served(app) as url, opened(tmp_path, url, "notes/flood") as (flood,):
        with pytest.raises(ToolError, match="the MCP server says"):
            await run(flood)


async def answer_compressed(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-encoding", b"gzip")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": gzip.compress(b" " * 10_000_000)})


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 401, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"no"})


@pytest.mark.parametrize(("app", "problem"), [(answer_compressed, "a compressed response"), (refuse, "an error")])
async def test_a_server_that_cannot_be_used_is_named_without_keys(tmp_path: Path, app: App, problem: str) -> None:
    async with served(app, lifespan=False) as url:
        with pytest.raises(AgentError, match=f"the MCP server notes cannot be used: .*{problem}") as raised:
            async with opened(tmp_path, url, "notes/note"):
                pass
    assert KEY not in str(raised.value)
    assert ADDRESS_KEY not in str(raised.value)
