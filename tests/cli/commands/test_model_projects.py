"""`botarmy run --model`, `tasks` and `transcript`: real servers, real clients, and a scripted provider over HTTP."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

import crew.model  # noqa: F401 - which takes seconds; the worker here would import it while it works
from tests.checkout import CHECKOUT
from tests.cli.commands.projects_under_test import start_project
from tests.cli.terminal_under_test import botarmy
from tests.provider import Provider, configured
from tests.provider.scripts import of_brief
from tests.waiting import eventually

EVAL = CHECKOUT / "evals" / "briefs" / "shortlinks"
BRIEF = EVAL / "brief.md"
MODEL = "openai:gpt-4.1"
WRONG = "sk-wrong-0123456789"

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    script = of_brief(EVAL).model_copy(update={"when": None})  # `launch` of quick-start does not read the brief
    async with configured(script) as provider:
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("ANTHROPIC_API_KEY")
            yield provider


async def test_a_run_with_a_model_delivers_and_its_transcript_can_be_read(api_url: str, tmp_path: Path) -> None:
    ran = await botarmy(api_url, "run", BRIEF, "--model", MODEL, "--pipeline", "quick-start", cwd=tmp_path)
    assert ran.code == 0, ran
    assert f"Crew: models, model: {MODEL}\n" in ran.out
    assert "rehears" not in ran.out.lower()
    found = re.search(r"^Project ([0-9a-f-]{36}): ", ran.out, re.MULTILINE)
    assert found
    listed = await botarmy(api_url, "tasks", found[1], cwd=tmp_path)
    assert listed.code == 0, listed
    tasks = {words[1]: words[0] for words in map(str.split, listed.out.splitlines()[1:])}
    assert list(tasks) == ["build", "launch"]
    as_json = json.loads((await botarmy(api_url, "tasks", found[1], "--json", cwd=tmp_path)).out)
    assert [item["task_id"] for item in as_json["items"]] == list(tasks.values())

    text = (await botarmy(api_url, "transcript", tasks["build"], cwd=tmp_path)).out
    assert text.startswith("build: coder, completed\n\nPrompt (coder@")
    assert "    Role: coder\n" in text
    assert "  run_tests: ok, " in text
    document = json.loads((await botarmy(api_url, "transcript", tasks["build"], "--json", cwd=tmp_path)).out)
    turns, cost = document["turns"], document["cost_usd"]
    assert text.count("\nTurn ") == len(turns) > 2
    assert f"\nTotal: {len(turns)} turns, " in text
    assert f" {cost:.4f} USD, " in text.splitlines()[-1]


async def test_a_model_that_cannot_be_used_starts_no_project(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    before = (await http.get("/api/v1/projects/", params={"limit": 200})).json()["items"]
    cases: list[tuple[tuple[str, ...], dict[str, str], str]] = [
        (("--model", MODEL), {"OPENAI_API_KEY": WRONG}, f"{MODEL} rejected the key."),
        (("--model", "anthropic:claude-opus-4-8"), {}, "set ANTHROPIC_API_KEY in the environment or .env."),
        (("--model", MODEL, "--crew", "rehearsal"), {}, "is never asked by the crew rehearsal"),
        (("--crew", "models"), {}, "or set BOTARMY_MODEL"),
        (("--crew", "nobody"), {}, "the crews are rehearsal, models"),
    ]
    all_ran = await asyncio.gather(
        *(botarmy(api_url, "run", BRIEF, *arguments, cwd=tmp_path, env=env) for arguments, env, _ in cases)
    )
    for ran, (_, _, said) in zip(all_ran, cases, strict=True):
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
        assert said in ran.err
        assert WRONG not in ran.err
    assert (await http.get("/api/v1/projects/", params={"limit": 200})).json()["items"] == before


async def test_an_unchecked_model_that_fails_ends_the_run_with_its_conversation(
    api_url: str, provider: Provider, tmp_path: Path
) -> None:
    """As if its key were only where the worker runs, which has none either."""
    arguments = ("--model", "anthropic:claude-opus-4-8", "--no-check", "--pipeline", "quick-start")
    ran = await botarmy(api_url, "run", BRIEF, *arguments, cwd=tmp_path)
    assert ran.code == 1, ran
    assert "Failed: build: " in ran.out
    assert "set ANTHROPIC_API_KEY in the environment or .env." in ran.out
    suggested = re.search(r"Conversation with the model: botarmy (transcript [0-9a-f-]{36})", ran.out)
    assert suggested
    shown = await botarmy(api_url, *suggested[1].split(), cwd=tmp_path)
    assert (shown.code, "This task has asked no model." in shown.out) == (0, True), shown


async def test_a_rehearsal_says_so_and_how_to_choose_a_model(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    ran = await botarmy(api_url, "run", BRIEF, "--pipeline", "quick-start", cwd=tmp_path)
    assert ran.code == 0, ran
    (line,) = [line for line in ran.out.splitlines() if "rehearsal" in line.lower()]
    assert line.startswith("A rehearsal: no language model is used. To have one do the work, add --model openai:gpt-5")
    project = await start_project(http, "Rehearsed", "quick-start")

    async def tasks() -> list[dict[str, str]] | None:
        return (await http.get(f"/api/v1/projects/{project}/status")).json()["tasks"] or None

    task = (await eventually(tasks))[0]["task_id"]
    shown = await botarmy(api_url, "transcript", task, cwd=tmp_path)
    assert (shown.code, "This task has asked no model." in shown.out) == (0, True), shown
