"""Retry, duplicate and follow up from the terminal; names, tags and the archive; ids that are shortened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.cli.commands.projects_under_test import open_request, start_project
from tests.cli.terminal_under_test import Result, botarmy
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


async def _has_status(http: httpx2.AsyncClient, project_id: str, status: str) -> None:
    async def has_status() -> bool:
        return bool((await _project(http, project_id))["status"] == status)

    await eventually(has_status)


async def _project(http: httpx2.AsyncClient, project_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get(f"/api/v1/projects/{project_id}")).json()
    return found


def _refused(ran: Result, code: int, *words: str) -> None:
    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1), ran
    for word in words:
        assert word in ran.err, ran


async def test_a_rejected_project_is_retried(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    project_id = await start_project(http, "Retried")
    request = await open_request(http, project_id)
    rejected = await botarmy(api_url, "respond", request["request_id"], "reject", "--comment", "No.", cwd=tmp_path)
    assert rejected.code == 0, rejected
    await _has_status(http, project_id, "rejected")
    watched = await botarmy(api_url, "watch", project_id, cwd=tmp_path)
    assert (watched.code, f"Retry it with: botarmy retry {project_id}" in watched.out) == (3, True), watched
    _refused(await botarmy(api_url, "retry", project_id, "--from", "nowhere", cwd=tmp_path), 2, "its stages are")
    _refused(await botarmy(api_url, "retry", project_id, "--from", "build", cwd=tmp_path), 1, "retried from discovery")
    ran = await botarmy(api_url, "retry", project_id, "--comment", "Smaller.", "--json", cwd=tmp_path)
    assert ran.code == 0, ran
    made = json.loads(ran.out)["retry"]
    assert (made["from_stage"], made["comment"]) == ("discovery", "Smaller.")
    await open_request(http, project_id, round_=2)
    _refused(await botarmy(api_url, "retry", project_id, cwd=tmp_path), 1, "waiting")
    assert (await botarmy(api_url, "cancel", project_id, cwd=tmp_path)).code == 0
    watched = await botarmy(api_url, "watch", project_id, cwd=tmp_path)
    assert watched.code == 4, watched  # the second end, not the first
    assert "the project is retried from discovery by " in watched.out


async def test_a_duplicate_and_a_follow_up(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    parent = await start_project(http, f"Parent {uuid4().hex}", "quick-start")
    await _has_status(http, parent, "completed")
    name = (await _project(http, parent))["name"]
    like = await botarmy(api_url, "run", "--like", name, "--tag", "again", "--json", "--out", "like", cwd=tmp_path)
    assert like.code == 0, like
    (tmp_path / "next.md").write_text("# Next\n\n- It is shorter.\n")
    following = await botarmy(api_url, "run", "next.md", "--from", parent, "--out", "next", cwd=tmp_path)
    assert following.code == 0, following
    assert f"Begins from what {name} delivered" in following.out
    children = (await _project(http, parent))["children"]
    assert [(one["kind"], one["name"], one["status"]) for one in children] == [
        ("duplicate", name, "completed"),
        ("follow_up", "Next", "completed"),
    ]
    duplicate = await _project(http, children[0]["project_id"])
    assert (duplicate["tags"], duplicate["pipeline"]) == (["again"], "quick-start")
    assert duplicate["description"] == (await _project(http, parent))["description"]


async def test_run_needs_a_brief_and_one_parent(tmp_path: Path) -> None:
    unreachable = "http://127.0.0.1:1"
    for arguments in (("run",), ("run", "--from", "x"), ("run", "--like", "x", "--from", "y"), ("edit", "x")):
        ran = await botarmy(unreachable, *arguments, cwd=tmp_path)
        assert (ran.code, ran.out) == (2, ""), ran


async def test_a_project_is_named_tagged_and_archived(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    owner = uuid4().hex
    project_id = await start_project(http, "Unnamed", "quick-start")
    await _has_status(http, project_id, "completed")
    options = ("--name", f"Named {owner}", "--owner", owner, "--tag", "web", "--tag", "urgent")
    edited = await botarmy(api_url, "edit", project_id, *options, cwd=tmp_path)
    assert edited.out == f"Named {owner} ({project_id}): completed, owner {owner}, tags web, urgent\n", edited

    async def listed(*arguments: str) -> list[str]:
        ran = await botarmy(api_url, "projects", "--owner", owner, *arguments, "--json", cwd=tmp_path)
        assert ran.code == 0, ran
        return [item["id"] for item in json.loads(ran.out)["items"]]

    assert await listed("--tag", "web", "--sort", "name") == [project_id]
    table = await botarmy(api_url, "projects", "--tag", "web", "--search", owner, cwd=tmp_path, env={"COLUMNS": "250"})
    assert "web, urgent" in table.out, table
    assert (await botarmy(api_url, "edit", f"named {owner}", "--archive", "--tag", "", cwd=tmp_path)).code == 0
    assert (await listed(), await listed("--archived"), await listed("--all")) == ([], [project_id], [project_id])
    assert (await _project(http, project_id))["tags"] == []
    _refused(await botarmy(api_url, "edit", project_id, "--name", " ", cwd=tmp_path), 2, "name")


async def test_ids_are_shortened_to_what_is_unambiguous(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    name = f"Twins {uuid4().hex}"
    project_id = await start_project(http, name)
    request = await open_request(http, project_id)

    async def run(*arguments: str) -> Result:
        return await botarmy(api_url, *arguments, cwd=tmp_path)

    artifacts = json.loads((await run("artifacts", project_id[:30], "--json")).out)["items"]
    assert (await run("artifact", artifacts[0]["artifact_id"].replace("-", "")[:28])).code == 0
    tasks = json.loads((await run("tasks", name, "--json")).out)["items"]
    assert [task["task_id"] for task in tasks] == [request["task_id"]]
    assert (await run("transcript", request["task_id"][:30])).code == 0
    for arguments in (("pause", name.lower()), ("resume", project_id[:30]), ("usage", name), ("doctor", name)):
        assert (await run(*arguments)).code == 0, arguments
    assert (await run("stop", name, "--reason", "Wait.")).code == 0
    assert (await run("release", project_id[:30], "--reason", "Go.")).code == 0
    chosen = ("--artifact", artifacts[-1]["artifact_id"][:30], "--content-file", "-")
    ran = await botarmy(
        api_url, "respond", request["request_id"][:30], "amend", *chosen, cwd=tmp_path, stdin=b"# Mine\n"
    )
    assert ran.code == 0, ran
    twin = await start_project(http, name)
    _refused(await run("tasks", name), 2, "ambiguous", f"{twin} ({name}); {project_id} ({name})")
    _refused(await run("tasks", "zzz"), 2, "there is no project 'zzz'", "its name")
    _refused(await run("transcript", name), 2, f"there is no task {name!r}")


async def test_an_export_leaves_what_is_there(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    project_id = await start_project(http, "Exported", "quick-start")
    await _has_status(http, project_id, "completed")
    first = await botarmy(api_url, "export", project_id, cwd=tmp_path)
    assert first.code == 0, first
    _refused(await botarmy(api_url, "export", project_id, cwd=tmp_path), 2, "exists already", "--out FOLDER")
    (folder,) = (tmp_path / "deliveries").iterdir()
    assert (folder.name.startswith("exported-"), (folder / "manifest.json").exists()) == (True, True)
    assert (await botarmy(api_url, "export", project_id, "--out", "again", cwd=tmp_path)).code == 0
