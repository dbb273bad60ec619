"""A backup saves both databases as of one moment, and restores them."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from temporalio.client import WorkflowExecutionStatus

from cli.stack import restore
from cli.stack.archive import BackupError
from cli.stack.backup import back_up
from cli.stack.datadir import DataDir
from config.schema_check import revisions
from config.settings import Settings
from tests.cli.stack.stack_under_test import assert_serves, botarmy, processes_of, running

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("no_external_servers")]

SETTINGS = Settings(_env_file=None)


async def test_a_backup_of_a_running_or_stopped_stack_is_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with pytest.raises(BackupError, match="no stack has run"):
        await back_up(DataDir(first), SETTINGS, tmp_path / "nothing")
    async with running(first) as state:
        client = await assert_serves(state)
        await client.start_workflow("Anything", id="kept", task_queue="nobody-polls")
        async with await psycopg.AsyncConnection.connect(state.database) as connection:
            await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        with monkeypatch.context() as shell:
            shell.setenv("PGSSLMODE", "require")
            shell.setenv("PGOPTIONS", "-c nonsense=1")
            await back_up(DataDir(first), SETTINGS, tmp_path / "while-it-runs")
        await client.get_workflow_handle("kept").terminate()
        async with await psycopg.AsyncConnection.connect(state.database) as connection:
            await connection.execute("UPDATE kept SET answer = 43")
        with pytest.raises(BackupError, match="a stack is already running"):
            await restore.restore(DataDir(first), tmp_path / "while-it-runs", replace=True)
        database, redis = state.database, state.redis.partition("@")[0]
    assert stat.S_IMODE((tmp_path / "while-it-runs").stat().st_mode) == 0o600
    with pytest.raises(BackupError, match="already exists"):
        await back_up(DataDir(first), SETTINGS, tmp_path / "while-it-runs")
    external = Settings(_env_file=None, database_url="postgresql://elsewhere/db")
    with pytest.raises(BackupError, match=r"PostgreSQL \(DATABASE_URL\) is not part of this stack"):
        await back_up(DataDir(first), external, tmp_path / "elsewhere")
    await back_up(DataDir(first), SETTINGS, tmp_path / "after-it")
    with pytest.raises(BackupError, match="is not empty"):
        await restore.restore(DataDir(first), tmp_path / "while-it-runs", replace=False)

    manifest = await restore.restore(DataDir(second), tmp_path / "while-it-runs", replace=False)
    assert manifest.revision == ",".join(revisions().newest)
    async with running(second) as state:
        client = await assert_serves(state)
        assert (await client.get_workflow_handle("kept").describe()).status == WorkflowExecutionStatus.RUNNING
        assert await _kept_answer(state.database) == 42
        assert state.database.rpartition(":")[0] == database.rpartition(":")[0]
        assert state.redis.partition("@")[0] == redis
    await restore.restore(DataDir(second), tmp_path / "after-it", replace=True)
    async with running(second) as state:
        client = await assert_serves(state)
        assert (await client.get_workflow_handle("kept").describe()).status == WorkflowExecutionStatus.TERMINATED
        assert await _kept_answer(state.database) == 43
    assert not processes_of(second)
    assert {path.name for path in tmp_path.iterdir()} == {"first", "second", "while-it-runs", "after-it"}


async def _kept_answer(database: str) -> int:
    async with await psycopg.AsyncConnection.connect(database) as connection:
        row = await (await connection.execute("SELECT answer FROM kept")).fetchone()
        assert row
        answer: int = row[0]
        return answer


@pytest.mark.timeout(400)
def test_running_projects_continue_from_a_backup(tmp_path: Path) -> None:
    """With the real worker and API: no completed step is lost or repeated, and the remaining ones run."""
    data_dir, file = tmp_path / "data", tmp_path / "backup"
    option = ("--data-dir", data_dir)
    settings = {"BOTARMY_REHEARSAL_STEP_SECONDS": "0.5"}

    def up() -> str:
        started = botarmy("up", "--detach", *option, "--port", "0", **settings)
        assert started.returncode == 0, started.stdout + started.stderr
        api = json.loads((data_dir / "stack.json").read_text())["api"]
        return f"{api}/api/v1/projects/"

    try:
        projects = up()
        for number in range(6):
            body = {"name": f"Project {number}", "description": "# A thing\n\n- It works.\n", "oversight": "low"}
            httpx2.post(projects, json=body, trust_env=False).raise_for_status()
        _wait_for(projects, lambda items: any("plan" in (item["phase"] or "") for item in items))
        saved = botarmy("backup", file, *option)
        assert saved.returncode == 0, saved.stdout + saved.stderr
        assert botarmy("down", *option).returncode == 0
        restored = botarmy("restore", file, *option, "--replace")
        assert restored.returncode == 0, restored.stdout + restored.stderr
        projects = up()
        ended = _wait_for(projects, lambda items: all(item["status"] == "completed" for item in items))
        assert len(ended) == 6
        for project in ended:
            events = httpx2.get(f"{projects}{project['id']}/events?limit=200", trust_env=False).json()["items"]
            assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
            tasks = [event["task_id"] for event in events if event["event_type"] == "task_completed"]
            assert len(tasks) == len(set(tasks))
    finally:
        botarmy("down", *option)
    assert not processes_of(data_dir)


def _wait_for(projects: str, condition: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 150
    while True:
        items: list[dict[str, Any]] = httpx2.get(projects, trust_env=False, timeout=30).json()["items"]
        if condition(items):
            return items
        assert time.monotonic() < deadline, [(item["status"], item["phase"]) for item in items]
        time.sleep(0.1)
