"""Tools of a real MCP server: offered if a role lists them, checked before each call, and their faults named."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from crew.model.mcp import connection
from crew.model.mcp.tools import McpTools
from crew.model.tool import Tool, ToolError, schema_of
from crew.protocol import AgentError
from models.contracts.roles import Role

TOKEN = "a-secret-that-nobody-may-read"
SERVER = Path(__file__).with_name("notes_server.py")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NOTES_TOKEN_OF_TEST", TOKEN)
    return write(tmp_path, command=sys.executable, args=[str(SERVER), str(tmp_path)])


def write(folder: Path, **server: Any) -> Path:
    file = folder / "mcp.json"
    given = {"env": {"NOTES_TOKEN": "${NOTES_TOKEN_OF_TEST}"}, **server}
    file.write_text(json.dumps({"mcpServers": {"notes": given}, "otherSettings": 1}))
    return file


def role(*tools: str, without_asking: tuple[str, ...] = ()) -> Role:
    return Role(name="coder", mcp_tools=tools, without_asking=without_asking)


async def run(tool: Tool, **arguments: object) -> str:
    return await tool.run(tool.arguments.model_validate(arguments))


async def test_a_role_has_the_tools_that_it_lists_and_no_others(config: Path, tmp_path: Path) -> None:
    listed = role("notes/note", "notes/environment", without_asking=("notes/environment",))
    async with McpTools(config).opened(listed) as (note, environment):
        assert (note.name, note.source, note.asks_first) == ("notes__note", "notes/note", True)
        assert (environment.name, environment.asks_first) == ("notes__environment", False)
        assert note.description == "Note a text."
        assert schema_of(note.arguments)["properties"]["text"]["type"] == "string"
        assert await run(note, text="one", times=2) == "noted: one"
        assert "BOTARMY" not in await run(environment)
    assert (tmp_path / "calls").read_text() == "one\none\n"
    async with McpTools(None).opened(role()) as none:
        assert none == ()


async def test_arguments_that_do_not_fit_are_not_sent(config: Path, tmp_path: Path) -> None:
    async with McpTools(config).opened(role("notes/note")) as (note,):
        for wrong in ({}, {"text": 1}, {"text": "one", "times": "many"}):
            with pytest.raises(ValueError, match=r"text|times"):
                note.arguments.model_validate(wrong)
    assert not (tmp_path / "calls").exists()


async def test_an_error_of_the_tool_is_for_the_model_and_contains_no_secret(config: Path) -> None:
    async with McpTools(config).opened(role("notes/fail")) as (fail,):
        with pytest.raises(ToolError, match=r"cannot: this with \[key\]"):
            await run(fail, text="this")


@pytest.mark.parametrize("change", ["change", "withdraw"])
async def test_a_server_that_changes_its_tools_is_refused(config: Path, tmp_path: Path, change: str) -> None:
    async with McpTools(config).opened(role("notes/note", f"notes/{change}")) as (note, doing):
        assert await run(note, text="one") == "noted: one"
        await run(doing)
        with pytest.raises(AgentError, match=r"notes (has changed|no longer has) its tool note .* Nothing was called"):
            await run(note, text="two")
    assert (tmp_path / "calls").read_text() == "one\n"


async def test_metadata_that_nobody_is_shown_may_change(config: Path) -> None:
    async with McpTools(config).opened(role("notes/note", "notes/remark")) as (note, remark):
        await run(remark)
        assert await run(note, text="one") == "noted: one"


@pytest.mark.long
async def test_a_server_that_dies_or_hangs_does_not_end_the_step(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with McpTools(config).opened(role("notes/die", "notes/note")) as (die, note):
        for tool, arguments in ((die, {}), (note, {"text": "after"})):
            with pytest.raises(ToolError, match="the MCP server says"):
                await run(tool, **arguments)
    async with McpTools(config).opened(role("notes/hang")) as (hang,):
        monkeypatch.setattr(connection, "CALL_SECONDS", 0.5)
        with pytest.raises(ToolError, match="did not answer within"):
            await run(hang)


@pytest.mark.long
async def test_a_server_that_cannot_be_used_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTES_TOKEN_OF_TEST", TOKEN)

    async def problem(given: Role, file: Path | None) -> str:
        with pytest.raises(AgentError) as raised:
            async with McpTools(file).opened(given):
                pass
        assert not raised.value.retryable
        assert TOKEN not in str(raised.value)
        return str(raised.value)

    note = role("notes/note")
    assert "BOTARMY_MCP_SERVERS is not set" in await problem(note, None)
    assert "No such file" in await problem(note, tmp_path / "nowhere.json")
    good = write(tmp_path, command=sys.executable, args=[str(SERVER), str(tmp_path)])
    assert "has no tool absent; it has note, fail" in await problem(role("notes/absent"), good)
    assert "MCP server other, which is not known" in await problem(role("other/note"), good)
    assert "notes cannot be used: FileNotFoundError" in await problem(note, write(tmp_path, command="/nowhere"))
    assert "notes cannot be used" in await problem(note, write(tmp_path, command="true"))
    (tmp_path / "slow").touch()
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 1.0)
    slow = write(tmp_path, command=sys.executable, args=[str(SERVER), str(tmp_path)])
    assert "did not start and list its tools within 1 s" in await problem(note, slow)
