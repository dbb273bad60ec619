"""What was replaced while a review is open, and what one may not decide, is said where people decide."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.cli.commands.projects_under_test import open_request, start_project
from tests.cli.terminal_under_test import botarmy, on_a_terminal
from tests.signing_in import token_of

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_review_that_asks_again_says_so_wherever_it_is_decided(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project = await start_project(http, "Given twice")
    rules = tmp_path / "rules.md"
    rules.write_text("# Rules\n\n- No cookies.\n")
    first = await open_request(http, project)
    given = await botarmy(api_url, "give", project, rules, cwd=tmp_path)
    assert "again" not in given.out, given
    await botarmy(api_url, "respond", first["request_id"], "approve", cwd=tmp_path)
    request = (await open_request(http, project, "plan"))["request_id"]

    async def listed() -> str:
        lines = (await botarmy(api_url, "inbox", cwd=tmp_path)).out.splitlines()
        return next(line for line in lines if line.startswith(request))

    assert "again" not in await listed()
    rules.write_text("# Rules\n\n- No cookies.\n- No tracking.\n")
    given = await botarmy(api_url, "give", project, rules, cwd=tmp_path)
    assert given.out.endswith(" The review of plan asks again.\n"), given
    assert "It asks again: human replaced an input by a new version." in await listed()
    async with on_a_terminal(api_url, "inbox", cwd=tmp_path, columns=200) as terminal:
        await terminal.sees("(asks again)")
    for _ in range(2):  # the earlier version is read again, and then none
        withdrawn = await botarmy(api_url, "give", project, "rules.md", "--withdraw", cwd=tmp_path)
        assert withdrawn.out.endswith(" The review of plan asks again.\n"), withdrawn

    ran = await botarmy(api_url, "respond", request, "request-changes", "--comment", "Shorter.", cwd=tmp_path)
    assert ran.code == 0, ran
    assert ran.err == "botarmy: the review asks again: human withdrew rules.md v1\n"


async def test_an_approval_of_what_was_replaced_names_it_once(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project = await start_project(http, "Named")
    rules = tmp_path / "rules.md"
    rules.write_text("# Rules\n\n- No cookies.\n")
    first = await open_request(http, project)
    await botarmy(api_url, "give", project, rules, cwd=tmp_path)
    await botarmy(api_url, "respond", first["request_id"], "approve", cwd=tmp_path)
    request = (await open_request(http, project, "plan"))["request_id"]
    for content in ("# Rules\n\n- None.\n", "# Rules\n\n- Some.\n"):
        rules.write_text(content)
        await botarmy(api_url, "give", project, rules, cwd=tmp_path)
    approve = ("respond", request, "approve")
    ran = await botarmy(api_url, *approve, "--subject", "0" * 12, cwd=tmp_path)
    assert (ran.code, "asks again" in ran.err) == (1, False), ran
    ran = await botarmy(api_url, *approve, cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "Approved.\n"), ran
    assert ran.err == "botarmy: the review asks again: human replaced rules.md v1 by rules.md v3\n"


async def test_a_viewer_is_told_what_others_decide(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    request = (await open_request(http, await start_project(http, "Only to be seen")))["request_id"]
    env = {"BOTARMY_TOKEN": await token_of(api_url, "Vera", "viewer")}
    lines = (await botarmy(api_url, "inbox", cwd=tmp_path, env=env)).out.splitlines()
    line = next(line for line in lines if line.startswith(request))
    assert "You cannot decide this. Vera may not decide in this project" in line
    assert "You cannot decide this" not in (await botarmy(api_url, "inbox", cwd=tmp_path)).out
    async with on_a_terminal(api_url, "inbox", cwd=tmp_path, columns=200, env=env) as terminal:
        await terminal.sees("(you cannot decide this)")


async def test_a_failed_step_is_listed_with_its_cause(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    controls = "---\nrehearsal:\n  fail_step: {stage: discovery, retryable: false}\n---\n"
    body = {"name": "Fails", "description": f"{controls}# A thing\n\n- It works.\n"}
    project = (await http.post("/api/v1/projects/", json=body)).json()["id"]
    request = (await open_request(http, project))["request_id"]
    lines = (await botarmy(api_url, "inbox", cwd=tmp_path)).out.splitlines()
    line = next(line for line in lines if line.startswith(request))
    assert "Analyst failed on discovery: Rehearsed failure" in line
    assert "You can" not in line
