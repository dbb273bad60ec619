"""`botarmy respond` and `inbox` without a terminal, against the real servers."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api_client import get
from tests.cli.commands.projects_under_test import UNKNOWN_ID, open_request, start_project
from tests.cli.terminal_under_test import BOTARMY, Result, botarmy, environment
from tests.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.usefixtures("worker")


async def test_respond_approves_amends_and_rejects(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    project_id = await start_project(http, "Responding")

    async def respond(request: dict[str, Any], *arguments: object, stdin: bytes = b"") -> Result:
        return await botarmy(api_url, "respond", request["request_id"], *arguments, cwd=tmp_path, stdin=stdin)

    first = await open_request(http, project_id)
    ran = await respond(first, "amend", "--comment", "Say who it is for.", "--json")
    assert (ran.code, json.loads(ran.out)["status"]) == (0, "amended"), ran
    ran = await respond(
        await open_request(http, project_id, round_=2), "edit-and-approve", "--content-file", "-", stdin=b"# Mine\n"
    )
    assert (ran.code, ran.out) == (0, "Edited and approved.\n"), ran
    ran = await respond(first, "approve")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "botarmy: human decided first: the request is amended.\n"
    ran = await respond(await open_request(http, project_id, "plan"), "reject", "--comment", "No.")
    assert (ran.code, ran.out) == (0, "Rejected.\n"), ran
    artifacts = await botarmy(api_url, "artifacts", project_id, "--type", "project_plan", "--json", cwd=tmp_path)
    assert [item["author"] for item in json.loads(artifacts.out)["items"]] == ["analyst", "analyst", "human"]


async def test_respond_refuses_another_subject_than_was_looked_at(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    request = await open_request(http, await start_project(http, "Looked at"))
    subject = (await get(http, f"/hitl/{request['request_id']}"))["subject_hash"]

    async def approve(looked_at: str) -> Result:
        return await botarmy(api_url, "respond", request["request_id"], "approve", "--subject", looked_at, cwd=tmp_path)

    short, stale = await asyncio.gather(approve(subject[:11]), approve("0" * 12))
    assert (short.code, stale.code) == (2, 1), (short, stale)
    assert subject[:12] in stale.err
    assert (await get(http, f"/hitl/{request['request_id']}"))["status"] == "pending"
    ran = await approve(subject[:12])
    assert (ran.code, ran.out) == (0, "Approved.\n"), ran


async def test_respond_sends_the_work_to_an_earlier_stage(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project_id = await start_project(http, "Sent back")
    request = await open_request(http, project_id)
    await botarmy(api_url, "respond", request["request_id"], "approve", cwd=tmp_path)
    request = await open_request(http, project_id, "plan")
    arguments = ("request-changes", "--comment", "It is another project.", "--redo", "discovery")
    ran = await botarmy(api_url, "respond", request["request_id"], *arguments, cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "Changes requested.\n"), ran
    await open_request(http, project_id, "discovery", round_=2)


async def test_extend_gives_a_request_more_time(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    request = await open_request(http, await start_project(http, "More time"))

    async def extend(*arguments: object) -> Result:
        return await botarmy(api_url, "extend", request["request_id"], *arguments, cwd=tmp_path)

    ran = await extend("4h", "--name", "Ada", "--json")
    answer = json.loads(ran.out)
    assert (ran.code, answer["status"]) == (0, "extended"), ran
    longer = datetime.fromisoformat(answer["expires_at"]) - datetime.fromisoformat(request["expires_at"])
    assert longer == timedelta(hours=4)
    ran = await extend("30m")
    assert (ran.code, ran.err) == (0, ""), ran
    assert ran.out.startswith("The deadline is 20")
    for wrong in ("soon", "3", "tomorrow", ""):
        ran = await extend(wrong)
        assert (ran.code, ran.out) == (2, ""), ran
        assert ran.err == "botarmy: extend_by: should be a duration, such as 30m, 4h or 2d\n"
    for long in ("9999999999d", "9999999d", "400d"):
        ran = await extend(long)
        assert (ran.code, ran.out, ran.err.count("extend_by: ")) == (2, "", 1), ran
    await botarmy(api_url, "respond", request["request_id"], "approve", cwd=tmp_path)
    ran = await extend("4h")
    assert (ran.code, ran.err) == (1, "botarmy: human decided first: the request is approved.\n"), ran


async def test_give_hands_the_crew_a_file_once(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    project_id = await start_project(http, "Given rules")
    await open_request(http, project_id)
    (tmp_path / "rules.md").write_text("# Rules\n\n- No cookies.\n")

    async def give(*arguments: object) -> Result:
        return await botarmy(api_url, "give", project_id, *arguments, cwd=tmp_path)

    ran = await give("rules.md", "--by", "Ada")
    assert (ran.code, ran.err) == (0, ""), ran
    assert ran.out.startswith("Given as user_input v1. These steps receive it: plan, "), ran
    ran = await give("rules.md", "--json")
    assert (ran.code, json.loads(ran.out)["artifact"]["version"]) == (0, 2), ran
    ran = await give("rules.md", "--withdraw", "--by", "Ada")
    assert (ran.code, ran.out) == (0, "Withdrawn: rules.md v2. Steps that begin later go without it.\n"), ran
    ran = await give("other.md", "--withdraw")
    assert (ran.code, ran.out) == (2, ""), ran
    assert "Given: rules.md v1" in ran.err
    for arguments, words in (
        (("missing.md",), "cannot read"),
        (("rules.md", "--as", "project_plan"), "--as needs"),
        (("rules.md", "--as", "project_plan", "--withdraw"), "exclude each other"),
    ):
        ran = await give(*arguments)
        assert (ran.code, ran.out) == (2, ""), ran
        assert words in ran.err


async def test_a_file_for_a_project_that_has_ended_leaves_nothing_behind(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project_id = await start_project(http, "Given too late")
    await open_request(http, project_id)
    await http.post(f"/api/v1/projects/{project_id}/cancel")

    async def is_cancelled() -> bool:
        return bool((await http.get(f"/api/v1/projects/{project_id}")).json()["status"] == "cancelled")

    assert await eventually(is_cancelled)
    (tmp_path / "rules.md").write_text("# Rules\n")
    ran = await botarmy(api_url, "give", project_id, "rules.md", cwd=tmp_path)
    assert (ran.code, ran.out, ran.err) == (1, "", "botarmy: The project is cancelled.\n"), ran
    kept = (await http.get(f"/api/v1/projects/{project_id}/artifacts")).json()["items"]
    assert "rules.md" not in [one["name"] for one in kept]


async def test_an_incomplete_response_is_a_usage_error(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    request = (await open_request(http, await start_project(http, "Lacking")))["request_id"]
    cases = [
        (
            ("amend",),
            "amend needs content, or a comment to redo the stage with (see --content-file, --comment, --redo)\n",
        ),
        (("reject", "--comment", "No.", "--redo", "plan"), "redo needs amend with a comment, and without content"),
        (("amend", "--comment", "No.", "--redo", "plan"), "redo: cannot be 'plan'; no step is possible"),
        (("reject",), "reject needs a comment that says why (see --comment)\n"),
        (("request-changes",), "request-changes needs a comment"),
        (("request-changes", "--content-file", "x.md"), "request-changes needs a comment, and no content"),
        (("edit-and-approve", "--comment", "Mine."), "edit-and-approve needs content"),
        (("approve", "--content-file", "x.md"), "approve takes no content"),
        (("amend", "--content-file", "missing.md"), "cannot read missing.md"),
        (("approve", "--artifact", UNKNOWN_ID), "artifact_id"),
    ]
    (tmp_path / "x.md").write_text("x")
    every = [botarmy(api_url, "respond", request, *arguments, cwd=tmp_path) for arguments, _ in cases]
    for ran, (_, error) in zip(await asyncio.gather(*every), cases, strict=True):
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
        assert error in ran.err


async def test_the_inbox_lists_and_watches_open_requests_as_json(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    request = await open_request(http, await start_project(http, "In the inbox"))
    ran = await botarmy(api_url, "inbox", "--json", cwd=tmp_path)
    listed = [item for item in json.loads(ran.out)["items"] if item["request_id"] == request["request_id"]]
    assert (ran.code, [item["project_name"] for item in listed]) == (0, ["In the inbox"])

    watching = await asyncio.create_subprocess_exec(
        *BOTARMY, "inbox", "--watch", "--json",
        cwd=tmp_path, env=environment(api_url), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert watching.stdout is not None
    try:
        late = await open_request(http, await start_project(http, "Late"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while json.loads(await watching.stdout.readline())["request_id"] != late["request_id"]:
                pass
    finally:
        watching.terminate()
    assert await watching.wait() == 143
