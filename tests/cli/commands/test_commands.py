"""Commands that show and control projects, without a terminal, against the real servers."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import httpx2
import pytest

from tests.api_client import respond
from tests.cli.commands.projects_under_test import UNKNOWN_ID, open_request, start_project
from tests.cli.terminal_under_test import BOTARMY, botarmy, environment
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


async def test_artifacts_are_listed_shown_and_compared(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    project_id = await start_project(http, "Artifacts")
    request = await open_request(http, project_id)
    responded = await respond(http, request["request_id"], "amend", content="# Mine\n\nAll of it.\n")
    assert responded.status_code == 200
    ran = await botarmy(api_url, "artifacts", project_id, "--json", cwd=tmp_path)
    items = json.loads(ran.out)["items"]
    amended = next(item for item in items if item["author"] == "human" and item["version"] == 2)

    async def artifact(*options: str) -> str:
        ran = await botarmy(api_url, "artifact", amended["artifact_id"], *options, cwd=tmp_path)
        assert ran.code == 0, ran
        return ran.out

    plain, raw, as_json, diff = await asyncio.gather(
        artifact(), artifact("--raw"), artifact("--json"), artifact("--diff")
    )
    assert plain == raw == "# Mine\n\nAll of it.\n"
    assert json.loads(as_json)["content"] == raw
    assert diff.startswith("---")
    assert "+All of it." in diff
    listing = (await botarmy(api_url, "artifacts", project_id, cwd=tmp_path)).out
    assert amended["artifact_id"] in listing


async def test_a_project_is_paused_resumed_watched_exported_and_cancelled(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project_id = await start_project(http, "Steered")
    await open_request(http, project_id)

    async def reaches(status: str) -> None:
        async def has_status() -> bool:
            return bool((await http.get(f"/api/v1/projects/{project_id}")).json()["status"] == status)

        await eventually(has_status)

    ran = await botarmy(api_url, "pause", project_id, "--json", cwd=tmp_path)
    assert (ran.code, json.loads(ran.out)["requested"]) == (0, "pause"), ran
    await reaches("paused")
    assert (await botarmy(api_url, "resume", project_id, cwd=tmp_path)).code == 0
    await reaches("waiting")
    watching = asyncio.create_task(botarmy(api_url, "watch", project_id, "--json", "--since", 3, cwd=tmp_path))
    assert (await botarmy(api_url, "cancel", project_id, cwd=tmp_path)).code == 0
    watched = await watching
    assert watched.code == 4, watched
    assert next(json.loads(line)["seq"] for line in watched.out.splitlines()) == 4
    ran = await botarmy(api_url, "cancel", project_id, cwd=tmp_path)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1), ran
    ran = await botarmy(api_url, "export", project_id, "--out", "taken", "--json", cwd=tmp_path)
    assert (ran.code, json.loads(ran.out)["folder"]) == (0, str(tmp_path / "taken")), ran
    assert (tmp_path / "taken" / "brief.md").exists()
    listed = json.loads((await botarmy(api_url, "projects", "--status", "cancelled", "--json", cwd=tmp_path)).out)
    assert project_id in [item["id"] for item in listed["items"]]


async def test_an_unknown_id_is_reported_on_one_line(api_url: str, tmp_path: Path) -> None:
    commands = [
        ("watch", UNKNOWN_ID),
        ("artifact", UNKNOWN_ID, "--diff"),
        ("respond", UNKNOWN_ID, "approve"),
    ]
    for ran in await asyncio.gather(*(botarmy(api_url, *command, cwd=tmp_path) for command in commands)):
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1), ran
        assert ran.err.startswith("botarmy: "), ran
    for usage in (("watch", "../../health/"), ("projects", "--status", "nope"), ("projects", "--sort", "size")):
        ran = await botarmy(api_url, *usage, cwd=tmp_path)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran


async def test_a_server_that_is_not_botarmy_is_reported(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<html")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ran = await botarmy(url, "projects", cwd=tmp_path)
    assert (ran.code, ran.out) == (5, "")
    assert "is not BotArmy" in ran.err


@pytest.mark.parametrize("which", [("projects",), ("projects", "--json"), ("inbox", "--json")])
async def test_output_that_is_not_read_to_its_end_is_no_error(
    api_url: str, tmp_path: Path, which: tuple[str, ...]
) -> None:
    """As with `| head`."""
    reading, writing = os.pipe()
    os.close(reading)
    process = await asyncio.create_subprocess_exec(
        *BOTARMY, *which, cwd=tmp_path, env=environment(api_url), stdout=writing, stderr=asyncio.subprocess.PIPE
    )
    os.close(writing)
    _, err = await process.communicate()
    assert (process.returncode, err) == (141, b"")


@pytest.mark.parametrize("little", [True, False])
async def test_a_full_disk_is_reported_on_one_line(api_url: str, tmp_path: Path, little: bool) -> None:
    """A little output is written when the command ends rather than when it prints."""
    which = ("projects", "--status", "paused") if little else ("projects",)
    with Path("/dev/full").open("wb") as full:
        process = await asyncio.create_subprocess_exec(
            *BOTARMY, *which, "--json",
            cwd=tmp_path, env=environment(api_url), stdout=full, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, err = await process.communicate()
    assert (process.returncode, err) == (1, b"botarmy: cannot continue: No space left on device\n")
