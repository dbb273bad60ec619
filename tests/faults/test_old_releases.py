"""`botarmy up` on a data directory of each earlier release: this code completes every project that was running."""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from cli.stack.datadir import DataDir
from cli.stack.postgres import PROGRAMS
from cli.stack.stack import Stack
from config.settings import Settings
from tests.migrations import alembic
from tests.proving import Proof
from tests.releases import RELEASES
from tests.releases.loading import load
from tests.releases.scenes import V1, Stage
from tests.signing_in import ADMIN_TOKEN, signed_in
from tests.waiting import eventually

ENDED = {"rejected": "rejected", "cancelled": "cancelled"}
"""The final statuses of projects that do not complete, by name."""
ARTIFACTS = "SELECT id, content_hash FROM artifact WHERE id = ANY(%s)"
RESUMED = """
SELECT project.id, expires_at FROM project JOIN hitl_request ON project_id = project.id
WHERE name = 'resumed' AND hitl_request.status = 'pending'
"""
PROJECTS = "SELECT id, name, status, pipeline, last_seq FROM project"
DELIVERED = """
SELECT DISTINCT type FROM artifact JOIN task ON task.id = artifact.task_id
WHERE artifact.project_id = %s AND accepted_at IS NOT NULL AND task.workflow_id LIKE 'project-%%'
"""


@pytest.mark.item(28)
@pytest.mark.timeout(400)
@pytest.mark.parametrize("release", RELEASES)
async def test_projects_that_an_earlier_release_left_open_are_delivered(
    release: str, tmp_path: Path, proof: Proof
) -> None:
    data = DataDir(tmp_path)
    with data.locked():
        await load(release, data)
        stack = Stack(data, Settings(_env_file=None, port=0, admin_token=ADMIN_TOKEN))
        try:
            state = await stack.start()
            async with await psycopg.AsyncConnection.connect(
                state.database, autocommit=True, row_factory=dict_row
            ) as connection:
                found = await (await connection.execute("SELECT id, content_hash FROM artifact")).fetchall()
                before = {row["id"]: row["content_hash"] for row in found}
                async with signed_in(state.api) as http:
                    await _pause_again(Stage(http), connection)
                    await _approve_everything(Stage(http))
                projects = await (await connection.execute(PROJECTS)).fetchall()
                assert len(projects) > 20
                assert {each["name"]: each["status"] for each in projects} == {
                    each["name"]: ENDED.get(each["name"], "completed") for each in projects
                }
                kept = await (await connection.execute(ARTIFACTS, [list(before)])).fetchall()
                assert {row["id"]: row["content_hash"] for row in kept} == before
                for each in projects:
                    if each["status"] == "completed":
                        rows = await (await connection.execute(DELIVERED, [each["id"]])).fetchall()
                        produced = {type for stage in each["pipeline"]["stages"] for type in stage["produces"]}
                        assert {row["type"] for row in rows} == produced, each["name"]
                    rows = await (
                        await connection.execute(
                            "SELECT seq FROM event WHERE project_id = %s ORDER BY seq", [each["id"]]
                        )
                    ).fetchall()
                    assert [row["seq"] for row in rows] == list(range(1, each["last_seq"] + 1)), each["name"]
                proof.row(
                    f"start this code on a data directory of {release}, and approve every open gate",
                    len(projects),
                    "every project is delivered, and existing artifacts are unchanged",
                    f"{dict(Counter(each['status'] for each in projects))}; {len(before)} artifacts unchanged",
                )
                await connection.execute("CREATE DATABASE fresh")
                fresh = urlsplit(state.database)._replace(path="/fresh").geturl()
                await asyncio.to_thread(alembic, fresh, "upgrade", "head")
                assert schema_of(state.database) == schema_of(fresh)  # no migration was changed after its release
                tasks = await (await connection.execute("SELECT status, accepted FROM task")).fetchall()
                assert set(Counter(task["status"] for task in tasks)) <= {"completed", "failed", "cancelled"}
        finally:
            await stack.stop()
    assert "ondeterminism" not in data.log("worker").read_text()


def schema_of(url: str) -> list[str]:
    command = [str(PROGRAMS / "pg_dump"), "--schema-only", "--no-owner", url]
    dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line for line in dump.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]  # random keys


async def _pause_again(stage: Stage, connection: psycopg.AsyncConnection[DictRow]) -> None:
    """Check that the deadline is suspended in this pause, although it was not in the pause of the recorded history."""
    rows = await (await connection.execute(RESUMED)).fetchall()
    for row in rows:
        await stage.ask(str(row["id"]), "pause")
        await stage.status(str(row["id"]), "paused")
        await stage.ask(str(row["id"]), "resume")
        await stage.status(str(row["id"]), "waiting")
    later = await (await connection.execute(RESUMED)).fetchall()
    assert rows
    assert [each["expires_at"] for each in later] > [each["expires_at"] for each in rows]


async def _approve_everything(stage: Stage) -> None:
    """Resume all projects and approve all requests, until every project has ended."""
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
