"""`botarmy run --budget`, `respond --raise-by`, `usage`, `budget` and `budgets`, and the gate on a terminal."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import httpx2
import pytest

import crew.model  # noqa: F401 - which takes seconds; the worker here would import it while it works
from tests.api_client import wait_for_status
from tests.cli.terminal_under_test import botarmy, on_a_terminal
from tests.crew.model.agents_under_test import MODEL
from tests.crew.model.test_budget_gates import TURNS, provider, settings

__all__ = ["provider", "settings"]
pytestmark = pytest.mark.usefixtures("worker", "provider")

BUILD = ("--model", MODEL, "--no-check", "--pipeline", "only-build")


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    path = tmp_path / "brief.md"
    path.write_text("# A word\n\nIt says a word.\n")
    return path


async def test_a_run_stops_at_its_budget_and_a_raise_by_command_lets_it_end(
    api_url: str, http: httpx2.AsyncClient, brief: Path, tmp_path: Path
) -> None:
    ran = await botarmy(api_url, "run", brief, *BUILD, "--budget", "1.15usd,2h", cwd=tmp_path)
    assert ran.code == 1, ran
    assert "Failed: build: Spent 0." in ran.out
    assert "of 1.15 USD; the coder needs about 1." in ran.out
    suggested = re.search(r"to raise the budget: botarmy (respond [0-9a-f-]{36} approve --raise-by 2usd)", ran.out)
    assert suggested
    started = re.search(r"^Project ([0-9a-f-]{36}): ", ran.out, re.MULTILINE)
    assert started
    project = started[1]
    ran = await botarmy(api_url, *suggested[1].split(), cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "Approved.\n"), ran
    await wait_for_status(http, project, "completed")

    async def show(*arguments: str) -> str:
        shown = await botarmy(api_url, *arguments, cwd=tmp_path)
        assert shown.code == 0, shown
        return shown.out

    usage, usage_json, budget, budget_json, budgets, budgets_json, projects, projects_json = await asyncio.gather(
        show("usage", project),
        show("usage", project, "--json"),
        show("budget", project),
        show("budget", project, "--json"),
        show("budgets"),
        show("budgets", "--json"),
        show("projects"),
        show("projects", "--json"),
    )
    total = json.loads(usage_json)["total"]
    assert total["calls"] == len(TURNS)
    assert re.search(rf"^build, round 1 +{len(TURNS)} ", usage, re.MULTILINE), usage
    assert re.search(rf"^total +{len(TURNS)} .* {total['cost_usd']:.2f} USD +0:0", usage, re.MULTILINE), usage
    assert re.search(r"^project +0\.\d\d USD of 3\.15 USD, \d:\d\d:\d\d h of 2:00:00 h +\d+ %$", budget, re.MULTILINE)
    assert re.search(r"^coder +0\.\d\d USD, no limit", budget, re.MULTILINE), budget
    assert json.loads(budget_json)["project"]["limits"] == {"usd": 3.15, "tokens": None, "seconds": 7200}
    today = r"^all projects, today \(UTC\) +\d\.\d\d USD of 100\.00 USD +\d %$"
    assert re.search(today, budgets, re.MULTILINE), budgets
    assert json.loads(budgets_json)["day"]["limits"]["usd"] == 100
    (listed,) = (item for item in json.loads(projects_json)["items"] if item["id"] == project)
    assert listed["spent"] == json.loads(budget_json)["project"]["spent"]
    assert re.search(r"^project +name +status +steps +cost +started", projects), projects
    assert re.search(rf"^{project} .* 1/1 +{total['cost_usd']:.2f} USD ", projects, re.MULTILINE), projects
    assert re.search(r"^total +\d+\.\d\d USD", projects, re.MULTILINE), projects


async def test_a_person_raises_the_budget_at_the_gate_on_a_terminal(api_url: str, brief: Path, tmp_path: Path) -> None:
    arguments = (*BUILD, "--budget", "0.5usd", "--out", "delivered")
    async with on_a_terminal(api_url, "run", brief, *arguments, cwd=tmp_path) as terminal:
        project = await terminal.project_id()
        await terminal.sees("Spent 0.00 of 0.50 USD; the coder needs about")
        await terminal.answers("[a] raise the budget", "a")
        await terminal.answers("Raise it by how much, such as 2usd?", "much")
        await terminal.sees("it should be AMOUNT UNIT")
        raised = await botarmy(api_url, "budget", project, "--set", "0.6usd", cwd=tmp_path)
        assert raised.code == 0, raised
        await terminal.answers("[l] later", "a")
        await terminal.sees("It has been raised to 0.60 USD meanwhile. 0.00 USD of 0.60 USD are spent now.")
        await terminal.answers("Raise it by how much, such as 2usd?", "2usd")
        await terminal.sees("build: approved by human")
        await terminal.sees(" of 2.60 USD; ")  # below the table
        assert await terminal.ended() == 0
        usage = json.loads((await botarmy(api_url, "usage", project, "--json", cwd=tmp_path)).out)["total"]
        spent = f"{usage['cost_usd']:.2f} USD of 2.60 USD; {usage['input_tokens'] + usage['output_tokens']:,} tokens"
        assert f"Spent: {spent} in {len(TURNS)} turns" in terminal.text
        assert re.search(rf"build +coder +done .* {usage['cost_usd']:.2f} USD +\d:\d\d", terminal.text), terminal.text
    set_to = await botarmy(api_url, "budget", project, "--set", "none", cwd=tmp_path)
    assert (set_to.code, set_to.err) == (1, "botarmy: The project is completed.\n")


async def test_a_run_as_json_ends_with_what_was_spent(api_url: str, brief: Path, tmp_path: Path) -> None:
    ran = await botarmy(api_url, "run", brief, *BUILD, "--budget", "5usd", "--json", cwd=tmp_path)
    assert ran.code == 0, ran
    spent, delivery = map(json.loads, ran.out.splitlines()[-2:])
    assert (spent["event_type"], delivery["event_type"]) == ("usage", "delivery")
    usage = (await botarmy(api_url, "usage", spent["project_id"], "--json", cwd=tmp_path)).out
    total = json.loads(usage)["total"]
    assert spent["data"]["total"] == total
    assert spent["data"]["stages"] == [{"stage": "build"} | total]
    assert spent["data"]["budget"]["limits"]["usd"] == 5
    assert spent["data"]["budget"]["spent"]["usd"] == pytest.approx(total["cost_usd"])
    assert f"Spent: {total['cost_usd']:.2f} USD of 5.00 USD; " in ran.err

    watched = await botarmy(api_url, "watch", spent["project_id"], "--json", cwd=tmp_path)
    assert json.loads(watched.out.splitlines()[-1])["data"] == spent["data"]


async def test_a_budget_of_another_form_starts_nothing(api_url: str, brief: Path, tmp_path: Path) -> None:
    for budget in ("2eur", "-1usd", "0usd", "nan", "2usd,3usd", ""):
        ran = await botarmy(api_url, "run", brief, *BUILD, "--budget", budget, cwd=tmp_path)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
        assert "it should be AMOUNT UNIT" in ran.err
