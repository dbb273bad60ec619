"""`botarmy doctor` without a terminal, against the real servers."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest
from temporalio.client import Client

from config.settings import Settings
from store.transaction import Store
from tests.cli.commands.projects_under_test import open_request, start_project
from tests.cli.terminal_under_test import Result, botarmy
from tests.worker.lost_workflows import lose_and_report
from worker.reconciler import Reconciler

pytestmark = pytest.mark.usefixtures("worker")


async def test_doctor_reports_problems_and_repairs_all_or_those_named(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path, temporal: Client, store: Store, settings: Settings
) -> None:
    """Without a terminal, nothing is repaired without --restart or --end."""

    async def doctor(*arguments: object) -> Result:
        return await botarmy(api_url, "doctor", *arguments, cwd=tmp_path)

    for options, error in (
        (("--restart",), "need --repair"),
        (("--repair", "--restart", "--end"), "cannot be combined"),
    ):
        ran = await doctor(*options)
        assert (ran.code, error in " ".join(ran.err.split())) == (2, True), ran
    ran = await doctor()
    assert (ran.code, ran.out) == (0, "No problems: every open project has a running workflow.\n"), ran
    ids = [await start_project(http, f"Lost {number}") for number in range(3)]
    for project_id in ids:
        await open_request(http, project_id)
    reconciler = Reconciler(store, temporal, settings)
    await lose_and_report(temporal, http, reconciler, *(f"project-{project_id}" for project_id in ids))

    for arguments, advice in (((), "--repair"), (("--repair",), "no terminal to ask on")):
        ran = await doctor(*arguments)
        assert (ran.code, advice in ran.err) == (1, True), ran
        assert all(project_id in ran.out for project_id in ids), ran
    assert len(json.loads((await doctor("--json")).out)["items"]) == 3
    ran = await doctor("--repair", "--end", ids[0], "--json")
    (item,) = json.loads(ran.out)["items"]
    assert (ran.code, item["project_id"], item["done"]) == (0, ids[0], "ended"), ran
    ran = await doctor("--repair", "--restart")
    assert (ran.code, ran.out.count("restarted")) == (0, 2), ran
    ran = await doctor()
    assert (ran.code, ran.err) == (0, ""), ran
    statuses = [(await http.get(f"/api/v1/projects/{project_id}")).json()["status"] for project_id in ids]
    assert statuses == ["cancelled", "waiting", "waiting"]
