"""A person decides at gates on a (pseudo-)terminal, against the real servers."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api_client import respond
from tests.checkout import CHECKOUT
from tests.cli.terminal_under_test import Terminal, botarmy, on_a_terminal

BRIEF = CHECKOUT / "examples" / "url-shortener.md"
MENU = "[l] later"

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def editor(tmp_path: Path) -> dict[str, str]:
    """The environment of an editor that appends a line."""
    script = tmp_path / "my editor"
    script.write_text("#!/bin/sh\nprintf 'Amended in the editor.\\n' >> \"$1\"\n")
    script.chmod(0o755)
    pager = tmp_path / "pager"
    pager.write_text('#!/bin/sh\necho "the pager has $(wc -l) lines"\n')
    pager.chmod(0o755)
    return {"EDITOR": f"'{script}'", "PAGER": str(pager)}


async def test_a_person_edits_comments_shows_and_approves_up_to_the_delivery(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path, editor: dict[str, str]
) -> None:
    async with on_a_terminal(api_url, "run", BRIEF, cwd=tmp_path, env=editor) as terminal:
        project_id = await terminal.project_id()
        await terminal.sees("Is this the right project?")
        await terminal.sees("The project fails ")
        await terminal.sees("if nobody decides (24h00m left)")
        assert "subject" not in terminal.text
        await terminal.sees("… cut here: ")
        await terminal.sees("[s] shows all of it, [p] in a pager.")
        await terminal.answers(MENU, "p")
        await terminal.sees("the pager has ")
        await terminal.answers(MENU, "x")
        await terminal.answers("By how much, such as 30m, 4h or 2d?", "4h")
        await terminal.sees("The deadline is ")
        await terminal.answers(MENU, "w")
        await terminal.answers("Lines added: 1, removed: 0. Send it?", "y")
        await terminal.sees("discovery: edited and approved by human")

        await terminal.sees("Do these requirements say what you need?")
        await terminal.answers(MENU, "e")
        await terminal.answers("What should change?", "Say who pays.")
        await terminal.sees("plan: changes requested by human: Say who pays.")

        await terminal.sees("plan: analyst, round 2")
        await terminal.sees("[d] diff")
        await terminal.answers(MENU, "d")
        await terminal.sees("+> Say who pays.")
        await terminal.answers(MENU, "s")
        await terminal.sees("software_specification v2 by analyst")
        for stage in ("plan", "design", "launch"):
            await terminal.answers(MENU, "a")
            await terminal.sees(f"{stage}: approved by human")
        await terminal.sees("Delivered: deliveries/")
        assert await terminal.ended() == 0

    artifacts = (await http.get(f"/api/v1/projects/{project_id}/artifacts")).json()["items"]
    plan = [one for one in artifacts if one["type"] == "project_plan" and one["accepted_at"]][-1]
    assert plan["author"] == "human"
    (folder,) = (tmp_path / "deliveries").iterdir()
    assert (folder / "project_plan.md").read_text().endswith("Amended in the editor.\n")


async def test_a_person_sends_the_work_back_to_the_stage_that_they_choose(api_url: str, tmp_path: Path) -> None:
    async with on_a_terminal(api_url, "run", BRIEF, cwd=tmp_path) as terminal:
        await terminal.sees("Is this the right project?")
        await terminal.answers(MENU, "a")
        assert "[b]" not in terminal.text.partition(MENU)[0]  # the first stage depends on none
        await terminal.sees("Do these requirements say what you need?")
        await terminal.answers(MENU, "b")
        await terminal.sees("The work goes back to discovery.")
        await terminal.answers("What should change?", "")
        await terminal.sees("No comment, nothing sent.")
        await terminal.answers(MENU, "a")
        await terminal.sees("Should it be built this way?")
        await terminal.answers(MENU, "b")
        await terminal.sees("[1] plan")
        await terminal.sees("[2] discovery")
        await terminal.answers("Which step should the work go back to?", "1")
        await terminal.answers("What should change?", "Say who pays.")
        await terminal.sees("design: changes requested by human, back to plan: Say who pays.")
        await terminal.sees("plan: analyst, round 2")


async def test_rejecting_asks_why_and_ends_the_project(api_url: str, tmp_path: Path) -> None:
    async with on_a_terminal(api_url, "run", BRIEF, cwd=tmp_path, columns=60) as terminal:
        await terminal.answers(MENU, "z")
        await terminal.sees("Type one of: a, e, w, r, x, s, p, l")
        await terminal.answers(">", "r")
        await terminal.answers("Why do you reject this and end the project?", "")
        await terminal.sees("No comment, nothing sent.")
        await terminal.answers(MENU, "r")
        await terminal.answers("end the project?", "We buy it.")
        await terminal.sees("discovery: rejected by human: We buy it.")
        await terminal.sees("The project was rejected. We buy it.")
        assert await terminal.ended() == 3


async def test_ctrl_c_leaves_the_project_running_and_prints_how_to_return(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    async with on_a_terminal(api_url, "run", BRIEF, cwd=tmp_path) as terminal:
        project_id = await terminal.project_id()
        await terminal.sees(MENU)
        terminal.type("\x03")
        await terminal.sees("The project continues without you.")
        assert await terminal.ended() == 130
        assert f"botarmy watch {project_id} --gates ask" in _unwrapped(terminal)
        assert "Traceback" not in terminal.text
    assert (await http.get(f"/api/v1/projects/{project_id}")).json()["status"] == "waiting"

    async with on_a_terminal(api_url, "watch", project_id, "--gates", "ask", cwd=tmp_path) as terminal:
        await terminal.sees("Is this the right project?")
        await terminal.answers(MENU, "a")
        await terminal.sees("discovery: approved by human")
        await terminal.sees("Do these requirements say what you need?")


async def test_the_question_of_a_gate_that_is_decided_elsewhere_is_withdrawn_and_no_text_is_lost(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path, editor: dict[str, str]
) -> None:
    async with on_a_terminal(api_url, "run", BRIEF, cwd=tmp_path, env=editor) as terminal:
        project_id = await terminal.project_id()
        await terminal.answers(MENU, "w")
        await terminal.sees("Send it?")
        (request,) = (await http.get(f"/api/v1/hitl/project/{project_id}/requests")).json()["items"]
        answer = await respond(http, request["request_id"], "approve")
        assert answer.status_code == 200
        await terminal.sees("Your text was not sent; it is in ")
        await terminal.sees("discovery: human decided: approved")
        await terminal.sees("Do these requirements say what you need?")
    draft = re.search(r"it is in\s+(\S+\.md)", terminal.text)
    assert draft
    assert Path(draft[1]).read_text().endswith("Amended in the editor.\n")
    Path(draft[1]).unlink()


async def test_what_was_typed_is_not_lost_when_somebody_else_decides(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    async with on_a_terminal(api_url, "run", BRIEF, cwd=tmp_path) as terminal:
        project_id = await terminal.project_id()
        await terminal.answers(MENU, "c")  # the key of earlier versions
        await terminal.sees("What should change?")
        terminal.type("Say who pays, and wh")
        await terminal.sees("and wh")
        (request,) = (await http.get(f"/api/v1/hitl/project/{project_id}/requests")).json()["items"]
        await respond(http, request["request_id"], "amend", comment="Shorter.", responder="Ada")
        await terminal.sees("What you typed was not sent: Say who pays, and wh")
        await terminal.sees("discovery: Ada decided: changes requested: Shorter.")
        await terminal.sees("discovery: analyst, round 2")
        await terminal.answers("Press Enter to continue.", "a")  # the end of what was typed decides nothing
        await terminal.answers(MENU, "l")
        await terminal.sees("discovery: waiting for a decision")


async def test_the_inbox_withdraws_a_question_that_somebody_else_has_decided(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    request = await _open_request(http, "Withdrawn")
    ids = [line.split()[0] for line in (await botarmy(api_url, "inbox", cwd=tmp_path)).out.splitlines()]
    async with on_a_terminal(api_url, "inbox", cwd=tmp_path, columns=160) as terminal:
        await terminal.sees("the project fails")
        await terminal.answers("Decide on which?", str(ids.index(request["request_id"]) + 1))
        await terminal.answers(MENU, "r")
        await terminal.sees("end the project?")
        terminal.type("Because it")
        await respond(http, request["request_id"], "approve", responder="Ada")
        await terminal.sees("What you typed was not sent: Because it")
        await terminal.sees("discovery: Ada decided: approved")


async def test_a_failed_step_says_why_and_what_can_be_done(api_url: str, tmp_path: Path) -> None:
    brief = tmp_path / "brief.md"
    controls = "---\nrehearsal:\n  fail_step: {stage: discovery, retryable: false}\n---\n"
    brief.write_text(f"{controls}# A thing\n\n- It works.\n")
    async with on_a_terminal(api_url, "run", brief, cwd=tmp_path, columns=120) as terminal:
        await terminal.sees("Analyst failed on discovery")
        await terminal.sees("Rehearsed failure")
        await terminal.sees("[a] try again  [e] try again with advice  [w] supply the result  [r] end project")
        await terminal.answers(MENU, "a")
        await terminal.sees("Is this the right project?")


async def test_the_question_is_repeated_after_a_refused_response(api_url: str, tmp_path: Path) -> None:
    script = tmp_path / "editor"
    script.write_text("#!/bin/sh\nprintf 'a\\000b' > \"$1\"\n")
    script.chmod(0o755)
    async with on_a_terminal(api_url, "run", BRIEF, cwd=tmp_path, env={"EDITOR": str(script)}) as terminal:
        await terminal.answers(MENU, "w")
        await terminal.answers("Send it?", "y")
        await terminal.sees("Your text was not sent; it is in ")
        await terminal.sees("NUL")
        await terminal.sees("Is this the right project?")
        await terminal.answers(MENU, "a")
        await terminal.sees("discovery: approved by human")
    draft = re.search(r"it is in\s+(\S+\.md)", terminal.text)
    assert draft
    Path(draft[1]).unlink()


async def test_the_inbox_lists_requests_and_accepts_decisions(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    request = await _open_request(http, "Inbox")
    listed = await botarmy(api_url, "inbox", cwd=tmp_path)
    assert f"{request['request_id']} Inbox discovery: Is this the right project?" in listed.out
    assert listed.out.count(" if nobody decides (") == len(listed.out.splitlines())  # each with its deadline
    request_ids = [line.split()[0] for line in listed.out.splitlines()]
    async with on_a_terminal(api_url, "inbox", cwd=tmp_path, columns=120) as terminal:
        await terminal.answers("Decide on which?", str(request_ids.index(request["request_id"]) + 1))
        await terminal.answers(MENU, "r")
        await terminal.answers("end the project?", "Not now.")
        await terminal.sees("discovery: rejected")
        await terminal.sees("q" if len(request_ids) > 1 else "No decisions are waiting")
    assert (await http.get(f"/api/v1/hitl/{request['request_id']}")).json()["status"] == "rejected"


async def _open_request(http: httpx2.AsyncClient, name: str) -> dict[str, Any]:
    """Start a project. Return its first request."""
    created = await http.post("/api/v1/projects/", json={"name": name, "description": "# A thing\n\n- It works.\n"})
    path = f"/api/v1/hitl/project/{created.json()['id']}/requests"
    while not (items := (await http.get(path)).json()["items"]):
        await asyncio.sleep(0.05)
    request: dict[str, Any] = items[0]
    return request


def _unwrapped(terminal: Terminal) -> str:
    return re.sub(r"\s+", " ", terminal.text)
