"""`botarmy inbox`, `respond` and `run` where a pipeline assigns its gate to others."""

from __future__ import annotations

import io
import json
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from rich.console import Console

from cli.client.request_shapes import Request
from cli.commands.decision_menu import menu
from cli.errors import BARRED
from cli.views.request_view import introduce
from config.settings import Settings
from tests.api_client import BRIEF, get, start, wait_for_request
from tests.cli.terminal_under_test import botarmy
from tests.pipeline_files import with_pipelines
from tests.signing_in import ADMIN_NAME

pytestmark = pytest.mark.usefixtures("worker")

STAGES = "stages: [{{name: plan, agent: analyst, produces: [project_plan], gate: {{approvals: {policy}}}}}]\n"
WHY = "Only the group security may decide here."


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    policies = {"theirs": "{from: [{group: security}]}", "mine": f"{{from: [{{user: {ADMIN_NAME}}}]}}"}
    pipelines = {name: STAGES.format(policy=policy) for name, policy in policies.items()}
    return with_pipelines(settings, tmp_path_factory, pipelines)


async def test_others_are_told_why_not_with_an_exit_code_of_its_own(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    theirs = await wait_for_request(http, await start(http, pipeline="theirs"))
    mine = await wait_for_request(http, await start(http, pipeline="mine"))
    ran = await botarmy(api_url, "inbox", "--assigned", "mine", "--json", cwd=tmp_path)
    listed = [item["request_id"] for item in json.loads(ran.out)["items"]]
    assert mine["request_id"] in listed
    assert theirs["request_id"] not in listed
    ran = await botarmy(api_url, "respond", theirs["request_id"], "approve", cwd=tmp_path)
    assert (ran.code, ran.err) == (BARRED, f"botarmy: {WHY}\n")
    ran = await botarmy(api_url, "respond", mine["request_id"], "approve", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "Approved.\n"), ran

    shown = Request.model_validate(await get(http, f"/hitl/{theirs['request_id']}"))
    assert set(menu(shown)) == {"s", "p", "l"}
    console = Console(width=120, record=True, file=io.StringIO())
    introduce(shown, console)
    assert f"You cannot decide this. {WHY}" in console.export_text()


async def test_a_run_without_a_person_leaves_it_open(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    for gates in ("approve", "reject"):
        (tmp_path / "brief.md").write_text(BRIEF)
        arguments = ("run", "brief.md", "--pipeline", "theirs", "--gates", gates, "--name", f"Run with {gates}")
        ran = await botarmy(api_url, *arguments, cwd=tmp_path)
        assert ran.code == 1, ran
        waiting = (await get(http, "/hitl/pending", limit=200))["items"]
        assert f"Run with {gates}" in {item["project_name"] for item in waiting}
