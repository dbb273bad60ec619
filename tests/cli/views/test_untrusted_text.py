"""Text that others wrote cannot control the terminal of any command."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import pytest

from tests.cli.terminal_under_test import on_a_terminal

pytestmark = pytest.mark.usefixtures("worker")


async def test_foreign_text_cannot_control_the_terminal(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2Jname [red]x[/red]\x9b31m\u202e"
    (tmp_path / "hostile.md").write_text(f"# {hostile}\n\n- {hostile} &#27;[5m <b>\n")
    async with on_a_terminal(
        api_url, "run", "hostile.md", "--name", hostile, "--pipeline", "quick-start", cwd=tmp_path
    ) as terminal:
        project_id = await terminal.project_id()
        await terminal.sees("Delivered: ")
        assert await terminal.ended() == 0
        outputs = [terminal.raw]
    artifacts = (await http.get(f"/api/v1/projects/{project_id}/artifacts")).json()["items"]
    commands: list[list[str]] = [["projects"], ["artifacts", project_id], ["watch", project_id], ["tasks", project_id]]
    commands += [["artifact", one["artifact_id"], *more] for one in artifacts[:2] for more in ([], ["--raw"])]

    async def output(command: list[str]) -> str:
        async with on_a_terminal(api_url, *command, cwd=tmp_path) as terminal:
            await terminal.ended()
            await asyncio.sleep(0)  # receive the rest of the output
            return terminal.raw

    outputs += await asyncio.gather(*map(output, commands))
    for raw in outputs:
        for forbidden in ("\x1b]0;", "\x1b[2J", "\x07", "\x1b[5m", "\x9b", "\u202e"):
            assert forbidden not in raw, (forbidden, raw)
    assert "[red]x[/red]" in outputs[0]
