"""`botarmy run --source --git`: what was accepted, as the commits of a repository."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from cli.commands.delivery import DeliveryError, check_apart
from cli.commands.git import git
from cli.commands.repository import Commit, write
from cli.errors import UsageError
from cli.stack.embedded import Servers
from config.settings import Settings
from tests.api_client import respond
from tests.checkout import CHECKOUT
from tests.cli.commands.projects_under_test import UNKNOWN_ID, open_request, start_project
from tests.cli.terminal_under_test import botarmy
from tests.conftest import own_settings
from tests.waiting import eventually

BRIEF = CHECKOUT / "examples" / "url-shortener.md"
AT = datetime(2026, 11, 27, 10, 30, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("worker")


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"pipelines_dir": Path(__file__).with_name("pipelines")})


def log(folder: Path, format: str, *more: str) -> list[str]:
    return git("-C", folder, "log", "--reverse", f"--format={format}", *more).decode().splitlines()


def trailer(folder: Path, name: str) -> list[str]:
    return log(folder, f"%(trailers:key={name},valueonly,separator=%x2C)")


def committed(files: dict[str, str], text: str = "All", author: str = "Ada", *trailers: str) -> Commit:
    return Commit(author, "person@botarmy.invalid", AT, text, trailers, files)


async def test_a_run_begins_from_code_and_ends_in_a_repository(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    (source / "links").mkdir(parents=True)
    (source / "links" / "__init__.py").write_text('"""Ours."""\n')
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "x.pyc").write_bytes(b"\0")
    given = ("--source", "source", "--git", "repository", "--out", "delivery", "--oversight", "low")
    ran = await botarmy(api_url, "run", BRIEF, *given, "--json", cwd=tmp_path)
    assert ran.code == 0, ran
    assert "Begins from 1 file of source. Left out: __pycache__." in ran.err
    delivery = json.loads(ran.out.splitlines()[-1])["data"]
    assert (delivery["commits"], delivery["repository"]) == (2, str(tmp_path / "repository"))
    folder = tmp_path / "repository"
    assert git("-C", folder, "status", "--porcelain") == b""
    assert (folder / "links" / "__init__.py").read_text() == '"""Ours."""\n'
    assert "REHEARSAL.md" in git("-C", folder, "show", "--name-only", "--format=", "HEAD").decode().split()
    assert log(folder, "%an <%ae>") == [
        "human <person@botarmy.invalid>",
        "BotArmy build/coder <coder@botarmy.invalid>",
    ]
    assert log(folder, "%s") == [
        "The code that the project began from",
        "The code that the project began from is kept as it is.",
    ]
    project = json.loads(ran.out.splitlines()[0])["project_id"]
    listed = (await http.get(f"/api/v1/projects/{project}/artifacts", params={"type": "source_code"})).json()["items"]
    assert trailer(folder, "BotArmy-Artifact") == [one["artifact_id"] for one in listed]
    assert trailer(folder, "BotArmy-Model")[1:] == ["none (rehearsal)"]
    moments = [datetime.fromisoformat(one["accepted_at"]).replace(microsecond=0) for one in listed]
    assert [datetime.fromisoformat(moment) for moment in log(folder, "%aI")] == moments


async def test_each_round_is_a_commit_and_export_writes_them_too(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    brief = tmp_path / "brief.md"
    brief.write_text("---\nrehearsal:\n  fail_tests_rounds: 1\n---\n# Two rounds\n\n- It works.\n")
    ran = await botarmy(api_url, "run", brief, "--oversight", "low", "--git", "one", "--json", cwd=tmp_path)
    assert ran.code == 0, ran
    project = json.loads(ran.out.splitlines()[0])["project_id"]
    ran = await botarmy(api_url, "export", project, "--git", "two", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "Delivered: two (2 commits)\n"), ran
    assert trailer(tmp_path / "two", "BotArmy-Stage") == ["build, round 1", "build, round 2"]
    assert log(tmp_path / "one", "%H") == log(tmp_path / "two", "%H")


async def test_without_code_there_is_no_repository(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    project = await start_project(http, "Early")
    await open_request(http, project)
    ran = await botarmy(api_url, "export", project, "--git", "out", cwd=tmp_path)
    assert (ran.code, ran.err) == (1, "botarmy: the project has no accepted source code\n")
    assert list(tmp_path.iterdir()) == []
    assert (await botarmy(api_url, "export", UNKNOWN_ID, "--git", "out", cwd=tmp_path)).code != 0


async def test_what_cannot_be_written_is_said_before_anything_starts(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    for arguments, said in (
        (("--git", "full"), "not an empty folder"),
        (("--git", "new", "--out", "new"), "cannot both be written"),
        (("--source", "absent"), "cannot read absent: No such file"),
        (("--source", BRIEF), "is not a folder, a zip or a git bundle"),
    ):
        ran = await botarmy(api_url, "run", BRIEF, "--name", "Never started", *arguments, cwd=tmp_path)
        assert (ran.code, ran.out) == (2, ""), ran
        assert said in ran.err
        assert ran.err.count("\n") == 1
    no_git = {"PATH": str(tmp_path)}
    ran = await botarmy(api_url, "run", BRIEF, "--name", "Never started", "--git", "new", cwd=tmp_path, env=no_git)
    assert ran.code == 2
    assert ran.err.startswith("botarmy: git is required but not on the PATH")
    found = (await http.get("/api/v1/projects/", params={"search": "Never started"})).json()["items"]
    assert found == []


async def test_a_source_that_is_too_large_for_the_api_is_said_in_one_line(api_url: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "noise.txt").write_text(os.urandom(2**21).hex())
    ran = await botarmy(api_url, "run", BRIEF, "--source", "source", cwd=tmp_path)
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran
    assert "the brief and the source are too large together" in ran.err


async def test_a_persons_amendment_is_a_commit_of_its_own(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project = await start_project(http, "Amended", "reviewed-code")
    request = await open_request(http, project, "build")
    code = json.dumps({"files": {"mine.py": "x = 1\n"}})
    responded = await respond(http, request["request_id"], "amend", content=code, responder="Ada <Lovelace>")
    assert responded.status_code == 200, responded.text
    ran = await botarmy(api_url, "export", project, "--git", "out", "--json", cwd=tmp_path)
    assert ran.code == 0, ran
    out = tmp_path / "out"
    assert (json.loads(ran.out)["commits"], log(out, "%an")) == (1, ["Ada Lovelace"])
    assert log(out, "%s") == ["Changes by Ada <Lovelace>"]
    assert trailer(out, "BotArmy-Model") == [""]
    assert [path.name for path in out.iterdir() if path.name != ".git"] == ["mine.py"]


async def test_what_a_retry_withdrew_stays_in_the_history(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project = await start_project(http, "Retried", "two-reviews")

    async def answer(stage: str, round_: int, action: str, **fields: str) -> None:
        request = await open_request(http, project, stage, round_)
        responded = await respond(http, request["request_id"], action, **fields)
        assert responded.status_code == 200, responded.text

    await answer("build", 1, "approve")
    await answer("validate", 1, "reject", comment="Not this.")

    async def rejected() -> bool:
        found = (await http.get(f"/api/v1/projects/{project}")).json()
        return bool(found["status"] == "rejected")

    await eventually(rejected)
    retried = await http.post(f"/api/v1/projects/{project}/retry", json={"from_stage": "build", "by": "Ada"})
    assert retried.status_code == 202, retried.text
    await answer("build", 2, "approve")
    await open_request(http, project, "validate", 2)
    ran = await botarmy(api_url, "export", project, "--git", "out", cwd=tmp_path)
    assert ran.code == 0, ran
    assert trailer(tmp_path / "out", "BotArmy-Stage") == ["build, round 1", "build, round 2"]
    assert trailer(tmp_path / "out", "BotArmy-Withdrawn") == ["by a retry", ""]


def test_the_persons_hooks_templates_and_settings_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, mark = tmp_path / "home", tmp_path / "started"
    hooks = home / "template" / "hooks"
    hooks.mkdir(parents=True)
    for hook in ("post-commit", "post-checkout", "reference-transaction"):
        (hooks / hook).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / hook).chmod(0o755)
    (home / ".gitconfig").write_text(f"[init]\n\ttemplateDir = {home}/template\n[core]\n\thooksPath = {hooks}\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(home / "template"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    write([committed({"a.py": "x\n"})], tmp_path / "out")
    assert not mark.exists()
    assert not (tmp_path / "out" / ".git" / "hooks").exists()
    assert not (tmp_path / "elsewhere").exists()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "init", "-q", tmp_path / "theirs"], env=environment, check=True)
    assert (tmp_path / "theirs" / ".git" / "hooks" / "post-commit").exists()  # they would have been


def test_names_and_messages_are_written_as_they_are(tmp_path: Path) -> None:
    files = {
        'a "b" c.txt': "",
        "ünï/日本.md": "# é\n",
        ".gitignore": "*\n",
        ".gitattributes": "* filter=x\n",
        "-x": "y",
    }
    text = "One.\n\nBotArmy-Artifact: forged\nBotArmy-Model: forged"
    forging = committed(files, text, "Eve <eve@x>\n committer", "BotArmy-Artifact: 1")
    write([committed({"old": ""}), forging], tmp_path / "out")
    found = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {path for path in found if not path.startswith(".git/")} == set(files)
    assert trailer(tmp_path / "out", "BotArmy-Artifact")[-1] == "1"
    assert log(tmp_path / "out", "%an|%cn")[-1] == "Eve eve@x committer|BotArmy"


@pytest.mark.parametrize("path", ["../a", "/a", ".git/config", "a/../../b", ".GIT/config", "git~1/config"])
def test_git_refuses_a_path_that_leaves_the_folder_and_nothing_is_left(path: str, tmp_path: Path) -> None:
    """File sets with such names are refused before; this is the second lock."""
    with pytest.raises(DeliveryError, match="cannot write the repository"):
        write([committed({"ok": "", path: "x"})], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_empty_folder_is_kept_and_one_that_was_filled_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    node = out.stat().st_ino
    write([committed({"a": "1"})], out)
    assert out.stat().st_ino == node
    with pytest.raises(DeliveryError, match="no longer empty"):
        write([committed({"a": "1"})], out)


def test_two_folders_that_contain_each_other_are_refused(tmp_path: Path) -> None:
    for out, other in (("a", "a"), ("a", "a/b"), ("a/b", "a"), ("a", "b/../a")):
        with pytest.raises(UsageError, match="cannot both"):
            check_apart(tmp_path / out, tmp_path / other)
    check_apart(tmp_path / "a", tmp_path / "ab")
    check_apart(None, tmp_path / "a")
