"""`botarmy eval` runs briefs through the crew of a running stack, and hidden tests judge what it delivers.

The scripted provider answers: no model does.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx2
import pytest

from cli.client.address import find_api
from evals import suite
from evals.briefs import BRIEFS, load, load_cases
from evals.suite import Suite
from sandbox import Sandbox
from tests.api_client import get, wait_for_status
from tests.cli.terminal_under_test import Result, botarmy
from tests.evals.scripted import MODEL, TURN_USD, calls_of, expected_usage, script_of_stub, scripts_of
from tests.provider import Provider
from tests.signing_in import ADMIN_TOKEN

pytestmark = pytest.mark.usefixtures("provider", "worker")

BRIEF = "mdtoc"


async def run_eval(api_url: str, cwd: Path, *options: object) -> Result:
    given = ("--model", MODEL, "--pipeline", "software-delivery", "--no-check", *options)
    return await botarmy(api_url, "eval", *given, cwd=cwd, env={"BOTARMY_TEST_SECONDS": "60"})


async def tasks_by_stage(http: httpx2.AsyncClient, project: str) -> dict[str, str]:
    tasks = (await get(http, f"/projects/{project}/status"))["tasks"]
    return {task["stage"]: task["task_id"] for task in tasks}


async def test_an_unknown_pipeline_is_reported_once_and_starts_nothing(api_url: str, tmp_path: Path) -> None:
    ran = await run_eval(api_url, tmp_path, "--pipeline", "nope")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("botarmy: the pipeline nope is unknown or has errors; the pipelines are "), ran
    assert ran.err.count("\n") == 1


async def test_the_replay_of_an_unknown_task_is_not_one_that_differs(api_url: str, tmp_path: Path) -> None:
    task = "01a21f95-b79d-75c9-a8bf-58fd8fb68860"
    ran = await botarmy(api_url, "replay", task, cwd=tmp_path)
    assert (ran.code, ran.out, ran.err) == (2, "", f"botarmy: There is no task {task}.\n")


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_brief_is_delivered_judged_and_its_steps_replay(
    api_url: str, http: httpx2.AsyncClient, provider: Provider, tmp_path: Path
) -> None:
    provider.calls.clear()
    ran = await run_eval(api_url, tmp_path, "--briefs", BRIEFS / BRIEF, "--json")
    assert ran.code == 0, ran
    document = json.loads(ran.out)
    (result,) = document["briefs"]
    tests = load(BRIEFS / BRIEF).hidden_tests
    assert (result["delivered"], result["reason"], result["failures"]) == (True, None, [])
    assert (result["hidden_passed"], result["hidden_tests"]) == (tests, tests)
    (script,) = scripts_of(BRIEF)
    usage = result["usage"]
    assert usage.pop("cost_usd") == pytest.approx(usage["turns"] * TURN_USD)
    assert usage == {"rounds": 1, **expected_usage(provider, script)}
    assert document["total"]["delivered"] == 1
    project = await get(http, f"/projects/{result['project_id']}")
    assert (project["status"], project["model"]) == ("completed", MODEL)

    tasks = await tasks_by_stage(http, result["project_id"])
    build, launch, validate = await asyncio.gather(
        *(botarmy(api_url, "replay", tasks[stage], cwd=tmp_path) for stage in ("build", "launch", "validate"))
    )
    turns, calls = len(script.conversations["build"].turns), calls_of(script, "build")
    assert (build.code, build.out) == (0, f"The same: {turns} turns, {calls} tool calls.\n"), build
    assert (launch.code, launch.out) == (0, "The same: 1 turn, 1 tool call.\n"), launch
    assert (validate.code, "it asked no model" in validate.err) == (2, True), validate


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_crew_that_delivers_a_stub_delivers_nothing(
    api_url: str, http: httpx2.AsyncClient, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = script_of_stub(BRIEF)
    monkeypatch.setattr(provider, "scripts", (script,))
    provider.calls.clear()
    ran = await run_eval(api_url, tmp_path, "--briefs", BRIEFS / BRIEF, "--json")
    assert ran.code == 1, ran
    (result,) = json.loads(ran.out)["briefs"]
    assert (result["delivered"], result["hidden_passed"]) == (False, 0)
    assert result["reason"] == "validate: it found failures", ran
    rounds = result["usage"]["rounds"]
    assert rounds > 1
    expected = expected_usage(provider, script, {"build": rounds, "launch": 0})
    assert expected.items() <= result["usage"].items()
    await wait_for_status(http, result["project_id"], "cancelled")


async def test_nothing_is_started_and_nothing_runs_beyond_the_cost_limit(
    api_url: str, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "POLL_SECONDS", 0.05)
    monkeypatch.setenv("BOTARMY_TOKEN", ADMIN_TOKEN)
    lines: list[str] = []
    cases = [load_cases(BRIEFS / name)[0] for name in (BRIEF, "unitwise")]
    fields = {"model": MODEL, "pipeline": "software-delivery"}
    address, sandbox = find_api(api_url, None), Sandbox()
    running = Suite(address, cases, fields, sandbox, parallel=1, max_cost_usd=TURN_USD / 2, report=lines.append)
    stopped, late = await running.run()
    assert stopped.reason == "stopped: cost limit reached"
    assert stopped.usage.turns >= 1
    assert stopped.project_id is not None
    await wait_for_status(http, stopped.project_id, "cancelled")
    assert (late.project_id, late.reason) == (None, "not started: cost limit reached")
    assert [line for line in lines if line.startswith("The cost limit of $")]


async def test_existing_code_is_sent_as_a_source(
    api_url: str, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite, "POLL_SECONDS", 0.05)
    monkeypatch.setenv("BOTARMY_TOKEN", ADMIN_TOKEN)
    (case,) = load_cases(BRIEFS / "invoicer")
    fields = {"model": MODEL, "pipeline": "software-delivery"}
    running = Suite(find_api(api_url, None), [case], fields, Sandbox(), parallel=1, max_cost_usd=0.0, report=print)
    (result,) = await running.run()
    assert result.reason == "stopped: cost limit reached"
    project = await get(http, f"/projects/{result.project_id}")
    assert project["description"] == case.text
    (code,) = (await get(http, f"/projects/{result.project_id}/artifacts", type="source_code"))["items"]
    files = (await get(http, f"/artifacts/{code['artifact_id']}/files"))["items"]
    assert code["version"] == 1
    assert {each["path"] for each in files} == set(case.source or ())
    await wait_for_status(http, str(result.project_id), "cancelled")


async def test_a_model_that_cannot_be_used_ends_with_the_reason(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    before = len((await get(http, "/projects/"))["items"])
    given = ("eval", "--model", "nobody:model", "--briefs", BRIEFS / BRIEF)
    ran = await botarmy(api_url, *given, cwd=tmp_path)
    assert (ran.code, "nobody:model is not PROVIDER:MODEL" in ran.err) == (2, True), ran
    assert len((await get(http, "/projects/"))["items"]) == before
    ran = await botarmy(api_url, *given, "--no-check", cwd=tmp_path)
    assert ran.code == 1, ran
    assert f"{BRIEF}: discovery: nobody:model is not PROVIDER:MODEL" in ran.out
    assert "0 of 1" in ran.out


async def test_arguments_that_cannot_be_used(api_url: str, tmp_path: Path) -> None:
    empty = await run_eval(api_url, tmp_path, "--briefs", tmp_path)
    assert (empty.code, "there are no briefs in" in empty.err) == (2, True), empty
    (tmp_path / "brief.md").write_text("# A brief\n")
    without_tests = await run_eval(api_url, tmp_path, "--briefs", tmp_path)
    assert (without_tests.code, "hidden is missing" in without_tests.err) == (2, True), without_tests
    nowhere = await run_eval("http://127.0.0.1:1", tmp_path, "--briefs", BRIEFS / BRIEF)
    assert nowhere.code == 5, nowhere
