"""`botarmy stop`, `release` and `stops`, against the real servers."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from tests.cli.commands.projects_under_test import UNKNOWN_ID, open_request, start_project
from tests.cli.terminal_under_test import botarmy

pytestmark = pytest.mark.usefixtures("worker")


async def test_stop_and_release_one_project_a_role_and_everything(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project_id = await start_project(http, "Stopped")
    await open_request(http, project_id)
    ran = await botarmy(api_url, "stops", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "Nothing is stopped.\n"), ran
    ran = await botarmy(api_url, "stop", project_id, "--reason", "Wrong brief.", cwd=tmp_path)
    assert ran.code == 0, ran
    assert " ".join(ran.out.split()) == (
        f"Stopped: project {project_id}. To release it: botarmy release {project_id} --reason WHY"
    )
    ran = await botarmy(api_url, "stop", project_id, cwd=tmp_path)
    assert ran.out.startswith("Stopped already: "), ran
    ran = await botarmy(api_url, "stop", "--role", "coder", "--json", cwd=tmp_path)
    assert (ran.code, json.loads(ran.out)["scope"]) == (0, "role"), ran
    ran = await botarmy(api_url, "stop", "--all", cwd=tmp_path)
    assert ran.out.startswith("Stopped: everything."), ran
    listed = json.loads((await botarmy(api_url, "stops", "--json", cwd=tmp_path)).out)["items"]
    assert [one["scope"] for one in listed] == ["all", "role", "project"]
    ran = await botarmy(api_url, "release", "--reason", "Continue.", cwd=tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert "3 stops hold: name the one to release (everything; the role coder in all projects; project" in ran.err
    ran = await botarmy(api_url, "release", "--all", "--reason", "Continue.", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "Released: everything. Other stops still hold: 2.\n"), ran
    ran = await botarmy(api_url, "release", "--role", "coder", "--reason", "Continue.", cwd=tmp_path)
    assert ran.code == 0, ran
    ran = await botarmy(api_url, "release", "--reason", "Continue.", cwd=tmp_path)
    assert (ran.code, " ".join(ran.out.split())) == (0, f"Released: project {project_id}."), ran
    ran = await botarmy(api_url, "release", "--reason", "Continue.", cwd=tmp_path)
    assert (ran.code, ran.err) == (1, "botarmy: nothing is stopped\n")
    ran = await botarmy(api_url, "stops", "--released", cwd=tmp_path)
    assert "Wrong brief." in ran.out


async def test_a_stop_needs_one_target_and_a_release_a_reason(api_url: str, tmp_path: Path) -> None:
    for arguments in ((), ("--all", "--role", "coder"), ("--step", UNKNOWN_ID, UNKNOWN_ID)):
        ran = await botarmy(api_url, "stop", *arguments, cwd=tmp_path)
        assert (ran.code, ran.out) == (2, ""), ran
        assert "name one of --all, PROJECT" in ran.err
    ran = await botarmy(api_url, "release", "--all", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, ""), ran
    assert "--reason" in ran.err
    ran = await botarmy(api_url, "release", "--all", "--reason", "Continue.", cwd=tmp_path)
    assert (ran.code, ran.err) == (1, "botarmy: there is no stop of exactly this that holds\n")
    ran = await botarmy(api_url, "stop", UNKNOWN_ID, cwd=tmp_path)
    assert (ran.code, ran.err) == (1, f"botarmy: There is no project {UNKNOWN_ID}.\n")
