"""The commands beside `run`, without a terminal, against the real servers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from temporalio.client import Client

from config.settings import Settings
from store.transaction import Store
from tests.cli.terminal_under_test import BOTARMY, Ran, botarmy, environment
from tests.waiting import eventually
from tests.worker.losing import lose
from worker.reconciler import Reconciler

pytestmark = pytest.mark.usefixtures("worker")

NOTHING = "01890000-0000-7000-8000-000000000000"


async def project(http: httpx2.AsyncClient, name: str, pipeline: str = "software-delivery") -> str:
    body = {"name": name, "description": "# A thing\n\n- It works.\n- It is fast.\n", "pipeline": pipeline}
    created = await http.post("/api/v1/projects/", json=body)
    assert created.status_code == 201, created.text
    identity: str = created.json()["id"]
    return identity


async def gate(http: httpx2.AsyncClient, project_id: str, stage: str = "discovery", round_: int = 1) -> dict[str, Any]:
    """The request that a project's stage waits with."""

    async def opened() -> dict[str, Any] | None:
        page = (await http.get(f"/api/v1/hitl/project/{project_id}/requests", params={"status": "pending"})).json()
        return next((one for one in page["items"] if (one["stage"], one["round"]) == (stage, round_)), None)

    return await eventually(opened)


async def test_respond_approves_amends_and_rejects(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    project_id = await project(http, "Responding")

    async def respond(request: dict[str, Any], *arguments: object, stdin: bytes = b"") -> Ran:
        return await botarmy(api_url, "respond", request["request_id"], *arguments, cwd=tmp_path, stdin=stdin)

    first = await gate(http, project_id)
    ran = await respond(first, "amend", "--comment", "Say who it is for.", "--json")
    assert (ran.code, json.loads(ran.out)["status"]) == (0, "amended"), ran
    ran = await respond(await gate(http, project_id, round_=2), "amend", "--content-file", "-", stdin=b"# Mine\n")
    assert (ran.code, ran.out) == (0, "The request is amended.\n"), ran
    ran = await respond(first, "approve")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "botarmy: human decided first: the request is amended.\n"
    ran = await respond(await gate(http, project_id, "plan"), "reject", "--comment", "No.")
    assert (ran.code, ran.out) == (0, "The request is rejected.\n"), ran
    artifacts = await botarmy(api_url, "artifacts", project_id, "--type", "project_plan", "--json", cwd=tmp_path)
    assert [one["author"] for one in json.loads(artifacts.out)["items"]] == ["analyst", "analyst", "human"]


async def test_a_response_that_lacks_something_is_wrong_use(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    request = (await gate(http, await project(http, "Lacking")))["request_id"]
    cases = [
        (("amend",), "amend needs --content-file, or a --comment"),
        (("reject",), "reject needs a --comment"),
        (("approve", "--content-file", "x.md"), "approve takes no content"),
        (("amend", "--content-file", "missing.md"), "cannot read missing.md"),
        (("approve", "--artifact", NOTHING), "artifact_id"),
    ]
    (tmp_path / "x.md").write_text("x")
    every = [botarmy(api_url, "respond", request, *arguments, cwd=tmp_path) for arguments, _ in cases]
    for ran, (_, complaint) in zip(await asyncio.gather(*every), cases, strict=True):
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
        assert complaint in ran.err


async def test_what_waits_is_in_the_inbox_as_json_and_as_lines(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    request = await gate(http, await project(http, "In the inbox"))
    ran = await botarmy(api_url, "inbox", "--json", cwd=tmp_path)
    listed = [one for one in json.loads(ran.out)["items"] if one["request_id"] == request["request_id"]]
    assert (ran.code, [one["project_name"] for one in listed]) == (0, ["In the inbox"])

    watching = await asyncio.create_subprocess_exec(
        *BOTARMY, "inbox", "--watch", "--json",
        cwd=tmp_path, env=environment(api_url), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert watching.stdout is not None
    try:
        late = await gate(http, await project(http, "Late"))
        async with asyncio.timeout(20):
            while json.loads(await watching.stdout.readline())["request_id"] != late["request_id"]:
                pass
    finally:
        watching.terminate()
    assert await watching.wait() == 143


async def test_artifacts_are_listed_shown_and_compared(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    project_id = await project(http, "Artifacts")
    request = await gate(http, project_id)
    body = {"action": "amend", "content": "# Mine\n\nAll of it.\n"}
    assert (await http.post(f"/api/v1/hitl/{request['request_id']}/respond", json=body)).status_code == 200
    ran = await botarmy(api_url, "artifacts", project_id, "--json", cwd=tmp_path)
    mine = next(one for one in json.loads(ran.out)["items"] if one["author"] == "human" and one["version"] == 2)

    async def artifact(*options: str) -> str:
        ran = await botarmy(api_url, "artifact", mine["artifact_id"], *options, cwd=tmp_path)
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
    assert mine["artifact_id"] in listing


async def test_a_project_is_paused_resumed_watched_exported_and_cancelled(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project_id = await project(http, "Steered")
    await gate(http, project_id)

    async def reaches(status: str) -> None:
        async def there() -> bool:
            return bool((await http.get(f"/api/v1/projects/{project_id}")).json()["status"] == status)

        await eventually(there)

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
    assert project_id in [one["id"] for one in listed["items"]]


async def test_what_is_not_there_is_told_in_one_line(api_url: str, tmp_path: Path) -> None:
    commands = [
        ("watch", NOTHING),
        ("artifact", NOTHING, "--diff"),
        ("respond", NOTHING, "approve"),
        ("projects", "--status", "nope"),
    ]
    for ran in await asyncio.gather(*(botarmy(api_url, *command, cwd=tmp_path) for command in commands)):
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1), ran
        assert ran.err.startswith("botarmy: "), ran
    assert (await botarmy(api_url, "watch", "../../health/", cwd=tmp_path)).code == 2


async def test_a_server_that_is_not_ours_is_told_so(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<html")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ran = await botarmy(url, "projects", cwd=tmp_path)
    assert (ran.code, ran.out) == (5, "")
    assert "is not our API" in ran.err


@pytest.mark.parametrize("little", [True, False])
async def test_output_that_cannot_be_written_is_told_in_one_line(api_url: str, tmp_path: Path, little: bool) -> None:
    """A little is written as the command ends, and not as it prints."""
    which = ("projects", "--status", "paused") if little else ("projects",)
    with Path("/dev/full").open("wb") as full:
        process = await asyncio.create_subprocess_exec(
            *BOTARMY, *which, "--json",
            cwd=tmp_path, env=environment(api_url), stdout=full, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, err = await process.communicate()
    assert (process.returncode, err) == (1, b"botarmy: cannot go on: No space left on device\n")


async def test_doctor_tells_what_does_not_go_on_and_repairs_what_it_is_told_to(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path, temporal: Client, store: Store, settings: Settings
) -> None:
    """Without a terminal nothing is repaired unless it is said how; then all, or those that are named."""

    async def doctor(*arguments: object) -> Ran:
        return await botarmy(api_url, "doctor", *arguments, cwd=tmp_path)

    for arguments, complaint in (
        (("--restart",), "how to --repair"),
        (("--repair", "--restart", "--end"), "exclude each other"),
    ):
        ran = await doctor(*arguments)
        assert (ran.code, complaint in " ".join(ran.err.split())) == (2, True), ran
    ran = await doctor()
    assert (ran.code, ran.out) == (0, "Every open project has its workflow, and each goes on.\n"), ran
    ids = [await project(http, f"Lost {number}") for number in range(3)]
    for one in ids:
        await gate(http, one)
    await lose(temporal, *(f"project-{one}" for one in ids))
    await Reconciler(store, temporal, settings).reconcile()

    for arguments, advice in (((), "--repair"), (("--repair",), "nobody to ask")):
        ran = await doctor(*arguments)
        assert (ran.code, advice in ran.err) == (1, True), ran
        assert all(one in ran.out for one in ids), ran
    assert len(json.loads((await doctor("--json")).out)["items"]) == 3
    ran = await doctor("--repair", "--end", ids[0], "--json")
    (item,) = json.loads(ran.out)["items"]
    assert (ran.code, item["project_id"], item["done"]) == (0, ids[0], "ended"), ran
    ran = await doctor("--repair", "--restart")
    assert (ran.code, ran.out.count("started again")) == (0, 2), ran
    ran = await doctor()
    assert (ran.code, ran.err) == (0, ""), ran
    statuses = [(await http.get(f"/api/v1/projects/{one}")).json()["status"] for one in ids]
    assert statuses == ["cancelled", "waiting", "waiting"]
