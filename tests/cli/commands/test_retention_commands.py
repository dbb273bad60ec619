"""`botarmy keep` and `forget`."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from tests.api_client import wait_for_status
from tests.cli.commands.projects_under_test import start_project
from tests.cli.terminal_under_test import botarmy, on_a_terminal

pytestmark = pytest.mark.usefixtures("worker")


async def _status(http: httpx2.AsyncClient, project_id: str) -> int:
    return (await http.get(f"/api/v1/projects/{project_id}")).status_code


async def test_a_kept_project_is_forgotten_once_it_is_released(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project_id = await start_project(http, "Kept for a while", "quick-start")
    await wait_for_status(http, project_id, "completed")
    kept = await botarmy(api_url, "keep", "kept for a while", cwd=tmp_path)
    assert kept.out == f"Kept for a while ({project_id}): completed, kept\n", kept
    refused = await botarmy(api_url, "forget", project_id, "--yes", cwd=tmp_path)
    assert (refused.code, refused.out, "marked to be kept" in refused.err) == (1, "", True), refused
    released = await botarmy(api_url, "keep", project_id, "--off", "--json", cwd=tmp_path)
    assert json.loads(released.out)["kept_at"] is None
    silent = await botarmy(api_url, "forget", project_id, cwd=tmp_path)
    assert (silent.code, silent.out, "--yes" in silent.err) == (2, "", True), silent
    assert await _status(http, project_id) == 200
    gone = await botarmy(api_url, "forget", project_id, "--yes", cwd=tmp_path)
    assert (gone.code, gone.out) == (0, f"Removed: Kept for a while ({project_id})\n"), gone
    assert await _status(http, project_id) == 404
    assert (await botarmy(api_url, "forget", project_id, "--yes", cwd=tmp_path)).code == 1


async def test_a_terminal_is_asked_before_a_project_is_removed(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project_id = await start_project(http, "Asked about", "quick-start")
    await wait_for_status(http, project_id, "completed")
    for answer, code, status in (("n", 1, 200), ("y", 0, 404)):
        async with on_a_terminal(api_url, "forget", project_id, cwd=tmp_path) as terminal:
            await terminal.answers("no > ", answer)
            assert await terminal.ended() == code
        assert await _status(http, project_id) == status
