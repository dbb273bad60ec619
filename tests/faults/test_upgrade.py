"""`up` on a data directory of each earlier release: every project that it left under way is delivered by this code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import httpx2
import psycopg
import pytest
from psycopg.rows import dict_row

from cli.stack.datadir import DataDir
from cli.stack.stack import Stack
from models.settings import Settings
from tests.proving import Proof
from tests.releases import RELEASES
from tests.releases.loading import load
from tests.releases.scenes import V1, Stage
from tests.waiting import eventually

ENDED = {"rejected": "rejected", "cancelled": "cancelled"}
"""How the projects ended that were not to be delivered, by name."""
OPEN = "SELECT count(*) AS open FROM hitl_request WHERE status = 'pending'"
ARTIFACTS = "SELECT id, content_hash FROM artifact WHERE id = ANY(%s)"
PROJECTS = "SELECT id, name, status, pipeline, last_seq FROM project"
DELIVERED = """
SELECT DISTINCT type FROM artifact JOIN task ON task.id = artifact.task_id
WHERE artifact.project_id = %s AND accepted_at IS NOT NULL AND task.workflow_id LIKE 'project-%%'
"""


@pytest.mark.item(27)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("release", RELEASES)
async def test_what_a_release_left_under_way_is_delivered(release: str, tmp_path: Path, proof: Proof) -> None:
    data = DataDir(tmp_path)
    with data.locked():
        await load(release, data)
        stack = Stack(data, Settings(_env_file=None, port=0))
        try:
            state = await stack.start()
            async with await psycopg.AsyncConnection.connect(
                state.database, autocommit=True, row_factory=dict_row
            ) as connection:
                found = await (await connection.execute("SELECT id, content_hash FROM artifact")).fetchall()
                before = {row["id"]: row["content_hash"] for row in found}
                async with httpx2.AsyncClient(base_url=state.api, timeout=30, trust_env=False) as http:
                    await _approve_everything(Stage(http))
                projects = await (await connection.execute(PROJECTS)).fetchall()
                ends = Counter(one["status"] for one in projects)
                proof.row(
                    f"this version started on what {release} left: histories, databases, open gates",
                    len(projects),
                    "each goes on, is approved and delivered; nothing is written twice",
                    ", ".join(f"{count} {status}" for status, count in sorted(ends.items())),
                )
                assert len(projects) > 20
                assert {one["name"]: one["status"] for one in projects} == {
                    one["name"]: ENDED.get(one["name"], "completed") for one in projects
                }
                kept = await (await connection.execute(ARTIFACTS, [list(before)])).fetchall()
                assert {row["id"]: row["content_hash"] for row in kept} == before
                for one in projects:
                    if one["status"] == "completed":
                        rows = await (await connection.execute(DELIVERED, [one["id"]])).fetchall()
                        produced = {type for stage in one["pipeline"]["stages"] for type in stage["produces"]}
                        assert {row["type"] for row in rows} == produced, one["name"]
                    rows = await (
                        await connection.execute(
                            "SELECT seq FROM event WHERE project_id = %s ORDER BY seq", [one["id"]]
                        )
                    ).fetchall()
                    assert [row["seq"] for row in rows] == list(range(1, one["last_seq"] + 1)), one["name"]
                tasks = await (await connection.execute("SELECT status, accepted FROM task")).fetchall()
                assert set(Counter(one["status"] for one in tasks)) <= {"completed", "failed", "cancelled"}
        finally:
            await stack.stop()
    assert "ondeterminism" not in data.log("worker").read_text()


async def _approve_everything(stage: Stage) -> None:
    """Resume what is paused and approve whatever is asked, until nothing is under way."""
    asked: set[str] = set()

    async def done() -> bool:
        projects = (await stage.http.get(f"{V1}/projects/", params={"limit": 200})).json()["items"]
        for project in projects:
            if project["status"] == "paused":
                await stage.http.post(f"{V1}/projects/{project['id']}/resume")
        pending = (await stage.http.get(f"{V1}/hitl/pending", params={"limit": 200})).json()["items"]
        for request in pending:
            if request["request_id"] not in asked:
                asked.add(request["request_id"])
                await stage.respond(request["request_id"])
        return not pending and all(
            project["status"] in ("completed", "rejected", "failed", "cancelled") for project in projects
        )

    await eventually(done, 200)
