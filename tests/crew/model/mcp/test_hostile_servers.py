"""MCP servers that lie, say too much, or say it badly: the worker lives on, and the cause is plain."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from config.redaction import environment_secrets
from crew.model.mcp.tools import McpTools
from crew.model.tool import Tool, ToolError
from crew.protocol import AgentError
from models.contracts.roles import Role
from tests.crew.model.mcp.test_mcp_tools import run
from tests.waiting import eventually

SERVER = Path(__file__).with_name("hostile_server.py")
TOKEN = "a-secret-that-nobody-may-read"
SLOW = "a" * 50 + "!"
"""What `^(a+)+$` would take years to refuse."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(60)]


@asynccontextmanager
async def opened(folder: Path, what: str, *tools: str) -> AsyncIterator[tuple[Tool, ...]]:
    server = {"command": sys.executable, "args": [str(SERVER), what, "${HOSTILE_TOKEN}"], "env": {"SHORT": "1"}}
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": {"hostile": server}}))
    role = Role(name="coder", mcp_tools=tools or ("hostile/act",))
    async with McpTools(folder / "mcp.json").opened(role) as found:
        yield found


@pytest.fixture(autouse=True)
def token() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOSTILE_TOKEN", TOKEN)
        environment_secrets.cache_clear()
        yield
    environment_secrets.cache_clear()


async def refused(folder: Path, what: str, *tools: str) -> str:
    with pytest.raises(AgentError) as raised:
        async with opened(folder, what, *tools):
            pass
    assert not raised.value.retryable
    return str(raised.value)


@pytest.mark.parametrize(
    ("what", "read"),
    [
        ("noise", "done"),
        ("surrogate", "cut \ufffd"),
        ("bytes", "cut \ufffd"),
        ("structured", f'{{"answer":"{SLOW}"}}'),
        ("output pattern", f'{{"answer":"{SLOW}"}}'),
        ("resource", "inside"),
        ("pattern", "done"),
    ],
)
async def test_what_can_be_read_is_read(tmp_path: Path, what: str, read: str) -> None:
    async with opened(tmp_path, what) as (act,):
        assert await run(act, text=SLOW) == read


@pytest.mark.parametrize("what", ["large", "blocks", "endless"])
async def test_a_message_of_any_size_ends_the_server_and_not_the_worker(tmp_path: Path, what: str) -> None:
    before = psutil.Process().memory_info().rss
    async with opened(tmp_path, what) as (act,):
        for _ in range(2):
            with pytest.raises(ToolError, match="it sent more than 2 MB at a time"):
                await run(act)
    assert psutil.Process().memory_info().rss - before < 100_000_000


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ("reference", r"refers to what it does not contain: http://127\.0\.0\.1:1"),
        ("itself", "refers to itself without an end"),
        ("doubling", "refers to itself without an end"),
        ("dynamic", "refers to itself without an end"),
    ],
)
async def test_a_schema_that_cannot_be_evaluated_permits_no_call(tmp_path: Path, what: str, problem: str) -> None:
    async with opened(tmp_path, what) as (act,):
        with pytest.raises(ValueError, match=problem):
            act.arguments.model_validate({"text": "one"})


async def test_names_by_patterns_are_left_to_the_server(tmp_path: Path) -> None:
    async with opened(tmp_path, "patterns") as (act,):
        assert await run(act, **{SLOW: 1}) == "done"


async def test_a_tool_that_a_model_cannot_use_is_named(tmp_path: Path) -> None:
    assert "the tool hostile/act cannot be used: it has 60," in await refused(tmp_path, "large schema")
    assert "hostile/act cannot be used: properties.text.type: 'bogus' is not" in await refused(tmp_path, "no schema")
    both = await refused(tmp_path, "", "hostile/a.b", "hostile/a_b")
    assert "hostile/a.b and hostile/a_b, and a model would see both as hostile__a_b" in both
    # The value of SHORT is in it, and is an ordinary word.
    assert "ValueError: it lists the tool act twice" in await refused(tmp_path, "twice")


async def test_secrets_of_the_environment_are_removed_and_words_are_not(tmp_path: Path) -> None:
    async with opened(tmp_path, "secret") as (act,):
        with pytest.raises(ToolError, match=r"\[key\] and 1$"):
            await run(act)


async def test_what_a_server_has_started_ends_with_it(tmp_path: Path) -> None:
    def left() -> list[int]:
        return [
            each.pid
            for each in psutil.process_iter(["cmdline", "status"])
            if str(SERVER) in (each.info["cmdline"] or ()) and each.info["status"] != psutil.STATUS_ZOMBIE
        ]

    async with opened(tmp_path, "child") as (act,):
        assert await run(act) == "done"
        assert len(left()) == 2

    async def check() -> bool:
        return left() == []

    await eventually(check)
