"""`botarmy run` without a terminal, against the real servers."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.cli.terminal_under_test import BOTARMY, CHECKOUT, Ran, botarmy, environment
from tests.waiting import eventually

BRIEF = CHECKOUT / "examples" / "url-shortener.md"
SLOW = "---\nrehearsal:\n  step_seconds: 0.3\n---\n"
GATES = ("discovery", "plan", "design", "launch")

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_brief_becomes_a_delivery_and_each_gate_says_that_nobody_was_asked(
    api_url: str, tmp_path: Path
) -> None:
    ran = await botarmy(api_url, "run", BRIEF, cwd=tmp_path)
    assert ran.code == 0, ran
    for stage in GATES:
        told = [line for line in ran.out.splitlines() if f"{stage}: approved by botarmy, without asking" in line]
        assert len(told) == 1, ran.out
    (folder,) = (tmp_path / "deliveries").iterdir()
    assert folder.name.startswith("short-links-for-the-support-team-")
    assert f"Delivered: deliveries/{folder.name} (" in ran.out
    assert list(folder.rglob("*.py"))
    assert ran.err == ""


async def test_json_is_one_event_a_line_and_nothing_else(api_url: str, tmp_path: Path) -> None:
    ran = await botarmy(api_url, "run", BRIEF, "--json", "--out", tmp_path / "here", cwd=tmp_path)
    assert ran.code == 0, ran
    *events, delivery = [json.loads(line) for line in ran.out.splitlines()]
    numbers = [event["seq"] for event in events if event["seq"] is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert events[-1]["data"]["status"] == "completed"
    assert delivery["event_type"] == "delivery"
    assert Path(delivery["data"]["folder"]) == tmp_path / "here"
    assert delivery["data"]["files"] == sum(one.is_file() for one in (tmp_path / "here").rglob("*"))
    assert ran.err.count("approved by botarmy, without asking (--json)") == len(GATES)


async def test_the_brief_can_come_from_standard_input_and_gates_can_reject(api_url: str, tmp_path: Path) -> None:
    ran = await botarmy(
        api_url, "run", "-", "--name", "Piped", "--gates", "reject", cwd=tmp_path, stdin=b"# Other\n\n- A thing.\n"
    )
    assert ran.code == 3, ran
    assert "Project " in ran.out
    assert ": Piped\n" in ran.out
    assert "discovery: rejected by botarmy, without asking (--gates reject)" in ran.out
    assert not (tmp_path / "deliveries").exists()
    exported = await botarmy(api_url, "export", _project_in(ran.out), cwd=tmp_path)
    assert exported.out.startswith("Not delivered, the project is rejected. Accepted so far: deliveries/piped-"), (
        exported
    )


FAILED_STEP = "---\nrehearsal:\n  fail_step: {stage: build, retryable: false}\n---\n"
FAILED_TESTS = "---\nrehearsal:\n  fail_tests_rounds: 100\n---\n"


async def test_a_failure_ends_the_run_where_nobody_is_asked_and_says_how_to_go_on(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    briefs = {"step": FAILED_STEP, "tests": FAILED_TESTS}
    for name, controls in briefs.items():
        (tmp_path / f"{name}.md").write_text(controls + BRIEF.read_text())
    step, tests, asked, as_json = await asyncio.gather(
        botarmy(api_url, "run", "step.md", cwd=tmp_path),
        botarmy(api_url, "run", "tests.md", "--gates", "approve", cwd=tmp_path),
        botarmy(api_url, "run", "step.md", cwd=tmp_path, env={"GATES": "approve"}),
        botarmy(api_url, "run", "tests.md", "--json", cwd=tmp_path),
    )
    for ran, said in (
        (step, "Failed: build: "),
        (tests, "Failed: validate in round 4: its verdict"),
        (asked, "build: "),
    ):
        assert ran.code == 1, ran
        assert said in ran.out
        assert "Delivered" not in ran.out
        assert "discovery: approved by botarmy, without asking" in ran.out
        project_id = _project_in(ran.out)
        assert f"Log: {api_url}/projects/{project_id}" in ran.out
        assert f"botarmy watch {project_id} --gates ask" in ran.out
        status = (await http.get(f"/api/v1/projects/{project_id}/status")).json()
        assert status["status"] == "waiting", "it is a person's to decide, and nothing is lost"
    assert not (tmp_path / "deliveries").exists()
    report = re.search(r"Report: botarmy artifact ([0-9a-f-]{36})", tests.out)
    assert report
    assert "FAILED" in (await botarmy(api_url, "artifact", report[1], cwd=tmp_path)).out.upper()
    stopped = json.loads(as_json.out.splitlines()[-1])
    assert as_json.code == 1
    assert stopped["event_type"] == "stopped"
    assert stopped["data"]["reason"] == "failed_verdict"

    # What it says goes on, does; and until then an export is no delivery.
    project_id = _project_in(step.out)
    ran = await botarmy(api_url, "export", project_id, "--out", "early", cwd=tmp_path)
    assert (ran.code, ran.out.startswith("Not delivered, the project is waiting. Accepted so far: early (")) == (
        0,
        True,
    )
    assert (await botarmy(api_url, "watch", project_id, "--gates", "approve", cwd=tmp_path)).code == 1
    respond = re.search(r"botarmy respond ([0-9a-f-]{36}) approve", step.out)
    assert respond
    assert (await botarmy(api_url, "respond", respond[1], "approve", cwd=tmp_path)).code == 0
    assert (await botarmy(api_url, "watch", project_id, "--gates", "approve", cwd=tmp_path)).code == 0
    ran = await botarmy(api_url, "export", project_id, "--json", "--out", "late", cwd=tmp_path)
    assert (ran.code, json.loads(ran.out)["status"]) == (0, "completed")


async def test_the_environment_can_say_who_decides(api_url: str, tmp_path: Path) -> None:
    ran = await botarmy(api_url, "run", BRIEF, cwd=tmp_path, env={"GATES": "reject"})
    assert ran.code == 3, ran
    assert (await botarmy(api_url, "run", BRIEF, cwd=tmp_path, env={"GATES": "maybe"})).code == 2


async def test_oversight_and_pipeline_reach_the_project(api_url: str, tmp_path: Path) -> None:
    ran = await botarmy(api_url, "run", BRIEF, "--oversight", "low", "--gates", "ask", cwd=tmp_path)
    assert (ran.code, "approved by" in ran.out) == (0, False), ran
    ran = await botarmy(api_url, "run", BRIEF, "--pipeline", "quick-start", cwd=tmp_path)
    assert (ran.code, "discovery" in ran.out) == (0, False), ran


async def test_left_to_others_it_says_how_to_answer_and_goes_on_once_they_have(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *BOTARMY, "run", BRIEF, "--gates", "ask",
        cwd=tmp_path, env=environment(api_url), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    project_id = _project_in((await process.stdout.readline()).decode())
    while "waits for a decision" not in (line := (await process.stdout.readline()).decode()):
        assert line, "it ended without asking"
    assert re.search(r"botarmy respond [0-9a-f-]{36} approve", line)
    cancelled = await http.post(f"/api/v1/projects/{project_id}/cancel")
    assert cancelled.status_code == 202
    assert b"The project was cancelled." in await process.stdout.read()
    assert await process.wait() == 4


async def test_wrong_use_is_told_in_one_line(api_url: str, tmp_path: Path) -> None:
    (tmp_path / "binary.md").write_bytes(b"# A\n\x00")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    cases = [
        (("run", "missing.md"), "there is no file"),
        (("run", "binary.md"), "NUL"),
        (("run", BRIEF, "--name", "n" * 300), "300 characters"),
        (("run", BRIEF, "--pipeline", "nope"), "there is no pipeline of that name"),
        (("run", BRIEF, "--out", "full"), "not an empty folder"),
        (("run", BRIEF, "--out", "binary.md/out"), "cannot"),
        (("run", BRIEF, "--out", "/proc/out"), "cannot write a delivery to /proc/out"),
        (("run", BRIEF, "--out", "n" * 300), "cannot use"),
        (("run", BRIEF, "--api", "ftp://x"), "is not an address"),
    ]
    for ran, (_, complaint) in zip(
        await asyncio.gather(*(botarmy(api_url, *arguments, cwd=tmp_path) for arguments, _ in cases)),
        cases,
        strict=True,
    ):
        _assert_refused(ran, complaint)


async def test_without_an_api_it_says_what_to_do(tmp_path: Path) -> None:
    ran = await botarmy("http://127.0.0.1:9", "run", BRIEF, cwd=tmp_path)
    assert (ran.code, ran.out) == (5, "")
    assert ran.err == "botarmy: no API at http://127.0.0.1:9; start one with `botarmy up`\n"


async def test_the_address_is_that_of_the_stack_of_the_data_directory(api_url: str, tmp_path: Path) -> None:
    state = {"api": api_url, "temporal": "", "temporal_ui": "", "database": "", "redis": "", "pids": {}}
    (tmp_path / "stack.json").write_text(json.dumps(state))
    ran = await botarmy("", "projects", "--data-dir", tmp_path, "--json", cwd=tmp_path)
    assert ran.code == 0, ran


async def test_an_api_that_is_killed_and_comes_back_ends_in_the_same_delivery(
    settings: Settings, servers: Servers, tmp_path: Path
) -> None:
    brief = tmp_path / "slow.md"
    brief.write_text(SLOW + BRIEF.read_text())
    port = _free_port()
    url = f"http://127.0.0.1:{port}"

    async def projects() -> int:
        async with httpx2.AsyncClient(base_url=url, trust_env=False) as http:
            return len((await http.get("/api/v1/projects/", params={"limit": 200})).json()["items"])

    async def both_have_met_it() -> bool:
        return await projects() == before + 2

    async with _api(settings, servers, port) as api:
        before = await projects()
        undisturbed = asyncio.create_task(botarmy(url, "run", brief, "--out", "one", cwd=tmp_path))
        disturbed = await asyncio.create_subprocess_exec(
            *BOTARMY, "run", brief, "--out", "two",
            cwd=tmp_path, env=environment(url), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert disturbed.stdout is not None
        lines = []
        while "plan: analyst starts" not in (line := (await disturbed.stdout.readline()).decode()):
            assert line, "it ended too early"
            lines.append(line)
        await eventually(both_have_met_it)
        api.send_signal(signal.SIGKILL)
        await api.wait()
        while "reconnecting: " not in (line := (await disturbed.stdout.readline()).decode()):
            assert line, "it ended too early"
            lines.append(line)
        async with _api(settings, servers, port):
            lines += (await disturbed.stdout.read()).decode().splitlines()
            assert await disturbed.wait() == 0, lines
            assert (await undisturbed).code == 0
    assert "connected again" in lines
    assert sum("approved by botarmy" in line for line in lines) == len(GATES)
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


def _assert_refused(ran: Ran, complaint: str) -> None:
    assert (ran.code, ran.out) == (2, ""), ran
    assert complaint in ran.err
    assert ran.err.startswith("botarmy: ")
    assert ran.err.count("\n") == 1, ran.err


def _project_in(line: str) -> str:
    found = re.search(r"^Project ([0-9a-f-]{36}): ", line, re.MULTILINE)
    assert found, line
    return found[1]


def _files(folder: Path) -> dict[str, str]:
    """The hash of each file but the manifest, which names the project and its moments."""
    return {
        str(one.relative_to(folder)): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in sorted(folder.rglob("*"))
        if one.is_file() and one.name != "manifest.json"
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@asynccontextmanager
async def _api(settings: Settings, servers: Servers, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """The API in a process of its own, ready to serve."""
    env = (
        os.environ
        | servers.environment()
        | {
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "BOTARMY_TASK_QUEUE": settings.task_queue,
            "BOTARMY_CHANNEL_PREFIX": settings.channel_prefix,
            "BOTARMY_PORT": str(port),
            "PYTHONPATH": str(CHECKOUT),
        }
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api", env=env, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx2.AsyncClient(trust_env=False) as http:

            async def serving() -> bool:
                try:
                    return (await http.get(f"http://127.0.0.1:{port}/health/ready")).is_success
                except httpx2.TransportError:
                    return False

            await eventually(serving)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
