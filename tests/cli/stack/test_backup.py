"""A backup saves both databases as of one moment, and restores them."""

from __future__ import annotations

import stat
from pathlib import Path

import psycopg
import pytest
from temporalio.client import WorkflowExecutionStatus

from cli.stack import restore
from cli.stack.archive import BackupError
from cli.stack.backup import back_up
from cli.stack.datadir import DataDir
from config.schema_check import revisions
from config.settings import Settings
from tests.cli.stack.stack_under_test import assert_serves, processes_of, running

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
