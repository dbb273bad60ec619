"""`botarmy run` without a terminal, against the real servers."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import httpx2
import pytest

from tests.checkout import CHECKOUT
from tests.cli.terminal_under_test import BOTARMY, botarmy, environment

BRIEF = CHECKOUT / "examples" / "url-shortener.md"
GATES = ("discovery", "plan", "design", "launch")

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_brief_becomes_a_delivery_and_each_gate_says_that_no_person_was_asked(
    api_url: str, tmp_path: Path
) -> None:
    ran = await botarmy(api_url, "run", BRIEF, cwd=tmp_path)
    assert ran.code == 0, ran
    for stage in GATES:
        lines = [
            line
            for line in ran.out.splitlines()
            if f"{stage}: approved by human, through botarmy, without asking" in line
        ]
        assert len(lines) == 1, ran.out
    (folder,) = (tmp_path / "deliveries").iterdir()
    assert folder.name.startswith("short-links-for-the-support-team-")
    assert f"Delivered: deliveries/{folder.name} (" in ran.out
    assert list(folder.rglob("*.py"))
    assert ran.err == ""


async def test_json_is_one_event_per_line_and_nothing_else(api_url: str, tmp_path: Path) -> None:
    ran = await botarmy(api_url, "run", BRIEF, "--json", "--out", tmp_path / "here", cwd=tmp_path)
    assert ran.code == 0, ran
    *events, delivery = [json.loads(line) for line in ran.out.splitlines()]
    numbers = [event["seq"] for event in events if event["seq"] is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert events[-1]["data"]["status"] == "completed"
    assert delivery["event_type"] == "delivery"
    assert Path(delivery["data"]["folder"]) == tmp_path / "here"
    assert delivery["data"]["files"] == sum(path.is_file() for path in (tmp_path / "here").rglob("*"))
    assert ran.err.count("approved by human, through botarmy, without asking (--json)") == len(GATES)


async def test_the_brief_can_come_from_standard_input_and_gates_can_reject(api_url: str, tmp_path: Path) -> None:
    ran = await botarmy(
        api_url, "run", "-", "--name", "Piped", "--gates", "reject", cwd=tmp_path, stdin=b"# Other\n\n- A thing.\n"
    )
    assert ran.code == 3, ran
    assert "Project " in ran.out
    assert ": Piped\n" in ran.out
    assert "discovery: rejected by human, through botarmy, without asking (--gates reject)" in ran.out
    assert not (tmp_path / "deliveries").exists()
    exported = await botarmy(api_url, "export", _project_in(ran.out), cwd=tmp_path)
    assert exported.out.startswith("Not delivered, the project is rejected. Accepted so far: deliveries/piped-"), (
        exported
    )


FAILED_STEP = "---\nrehearsal:\n  fail_step: {stage: build, retryable: false}\n---\n"
FAILED_TESTS = "---\nrehearsal:\n  fail_tests_rounds: 100\n---\n"


@pytest.mark.long
async def test_a_failure_ends_an_unattended_run_and_prints_how_to_continue(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    briefs = {"step": FAILED_STEP, "tests": FAILED_TESTS}
    for name, controls in briefs.items():
        (tmp_path / f"{name}.md").write_text(controls + BRIEF.read_text())
    step, tests, by_environment, as_json = await asyncio.gather(
        botarmy(api_url, "run", "step.md", cwd=tmp_path),
        botarmy(api_url, "run", "tests.md", "--gates", "approve", cwd=tmp_path),
        botarmy(api_url, "run", "step.md", cwd=tmp_path, env={"GATES": "approve"}),
        botarmy(api_url, "run", "tests.md", "--json", cwd=tmp_path),
    )
    for ran, message in (
        (step, "Failed: build: "),
        (tests, "Failed: validate in round 4: it found failures"),
        (by_environment, "build: "),
    ):
        assert ran.code == 1, ran
        assert message in ran.out
        assert "Delivered" not in ran.out
        assert "discovery: approved by human, through botarmy, without asking" in ran.out
        project_id = _project_in(ran.out)
        assert f"Log: {api_url}/projects/{project_id}" in ran.out
        assert f"botarmy watch {project_id} --gates ask" in ran.out
        status = (await http.get(f"/api/v1/projects/{project_id}/status")).json()
        assert status["status"] == "waiting", "the request stays open for a person"
    assert not (tmp_path / "deliveries").exists()
    report = re.search(r"Report: botarmy artifact ([0-9a-f-]{36})", tests.out)
    assert report
    assert "FAILED" in (await botarmy(api_url, "artifact", report[1], cwd=tmp_path)).out.upper()
    stopped = json.loads(as_json.out.splitlines()[-1])
    assert as_json.code == 1
    assert stopped["event_type"] == "stopped"
    assert stopped["data"]["reason"] == "failed_verdict"

    # The printed commands continue the project; until then, an export is not a delivery.
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


async def test_the_environment_can_set_how_gates_are_decided(api_url: str, tmp_path: Path) -> None:
    ran = await botarmy(api_url, "run", BRIEF, cwd=tmp_path, env={"GATES": "reject"})
    assert ran.code == 3, ran
    assert (await botarmy(api_url, "run", BRIEF, cwd=tmp_path, env={"GATES": "maybe"})).code == 2


async def test_oversight_and_pipeline_reach_the_project(api_url: str, tmp_path: Path) -> None:
    ran = await botarmy(api_url, "run", BRIEF, "--oversight", "low", "--gates", "ask", cwd=tmp_path)
    assert (ran.code, "approved by" in ran.out) == (0, False), ran
    ran = await botarmy(api_url, "run", BRIEF, "--pipeline", "quick-start", cwd=tmp_path)
    assert (ran.code, "discovery" in ran.out) == (0, False), ran


async def test_a_run_that_leaves_gates_open_prints_how_to_respond_and_continues_afterwards(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *BOTARMY, "run", BRIEF, "--gates", "ask",
        cwd=tmp_path, env=environment(api_url), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    project_id = _project_in((await process.stdout.readline()).decode())
    while "waiting for a decision: botarmy" not in (line := (await process.stdout.readline()).decode()):
        assert line, "it ended without asking"
    assert re.search(r"botarmy respond [0-9a-f-]{36} approve", line)
    cancelled = await http.post(f"/api/v1/projects/{project_id}/cancel")
    assert cancelled.status_code == 202
    assert b"The project was cancelled." in await process.stdout.read()
    assert await process.wait() == 4


def _project_in(line: str) -> str:
    found = re.search(r"^Project ([0-9a-f-]{36}): ", line, re.MULTILINE)
    assert found, line
    return found[1]
