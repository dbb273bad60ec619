"""Backups: both databases at one moment, and back again; whatever file people give, and whenever it is killed."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import psutil
import psycopg
import pytest
from stack_under_test import PROGRAMS, assert_serves, eventually, processes_of, running
from temporalio.client import WorkflowExecutionStatus
from test_stack_commands import botarmy

from cli.exits import CommandError
from cli.stack import archive, restore
from cli.stack.archive import MANIFEST, MEMBERS, BackupError
from cli.stack.backup import back_up
from cli.stack.datadir import LOCK, RESTORED, RESTORING, STATE, DataDir
from cli.stack.frozen import frozen
from config.schema_check import revisions
from config.settings import Settings

pytestmark = pytest.mark.long

SETTINGS = Settings(_env_file=None)
FREEZE = """
import sys
from cli.stack.frozen import frozen
with frozen(int(sys.argv[1])):
    print(flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "TEMPORAL_ADDRESS", "TEMPORAL_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", f"{PROGRAMS}:{PROGRAMS.parent}:{Path(__file__).parents[2]}")


async def test_what_was_saved_comes_back_with_the_stack_running_or_not(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with pytest.raises(BackupError, match="no stack has run"):
        await back_up(DataDir(first), SETTINGS, tmp_path / "nothing")
    async with running(first) as state:
        client = await assert_serves(state)
        await client.start_workflow("Anything", id="kept", task_queue="nobody-polls")
        async with await psycopg.AsyncConnection.connect(state.database) as connection:
            await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        await back_up(DataDir(first), SETTINGS, tmp_path / "while-it-runs")
        await client.get_workflow_handle("kept").terminate()
        async with await psycopg.AsyncConnection.connect(state.database) as connection:
            await connection.execute("UPDATE kept SET answer = 43")
        with pytest.raises(BackupError, match="a stack is already running"):
            await restore.restore(DataDir(first), tmp_path / "while-it-runs", replace=True)
        passwords = state.database, state.redis.partition("@")[0]
    assert stat.S_IMODE((tmp_path / "while-it-runs").stat().st_mode) == 0o600
    with pytest.raises(BackupError, match="is there already"):
        await back_up(DataDir(first), SETTINGS, tmp_path / "while-it-runs")
    given = Settings(_env_file=None, database_url="postgresql://elsewhere/db")
    with pytest.raises(BackupError, match=r"PostgreSQL \(DATABASE_URL\) is not of this stack"):
        await back_up(DataDir(first), given, tmp_path / "elsewhere")
    await back_up(DataDir(first), SETTINGS, tmp_path / "after-it")
    with pytest.raises(BackupError, match="is not empty"):
        await restore.restore(DataDir(first), tmp_path / "while-it-runs", replace=False)

    manifest = await restore.restore(DataDir(second), tmp_path / "while-it-runs", replace=False)
    assert manifest.revision == ",".join(revisions().newest)
    async with running(second) as state:
        client = await assert_serves(state)
        assert (await client.get_workflow_handle("kept").describe()).status == WorkflowExecutionStatus.RUNNING
        assert await _answer(state.database) == 42
        assert state.database.rpartition(":")[0] == passwords[0].rpartition(":")[0]
        assert state.redis.partition("@")[0] == passwords[1]
    await restore.restore(DataDir(second), tmp_path / "after-it", replace=True)
    async with running(second) as state:
        client = await assert_serves(state)
        assert (await client.get_workflow_handle("kept").describe()).status == WorkflowExecutionStatus.TERMINATED
        assert await _answer(state.database) == 43
    assert not processes_of(second)
    assert {one.name for one in tmp_path.iterdir()} == {"first", "second", "while-it-runs", "after-it"}


async def _answer(database: str) -> int:
    async with await psycopg.AsyncConnection.connect(database) as connection:
        row = await (await connection.execute("SELECT answer FROM kept")).fetchone()
        assert row
        answer: int = row[0]
        return answer


def made(file: Path, change: Callable[[dict[str, object], dict[str, bytes]], None] = lambda *_: None) -> Path:
    """A backup of nonsense with a manifest that fits, after a change of either."""
    contents = {name: f"the content of {name}".encode() for name in MEMBERS}
    members = {name: {"size": len(one), "sha256": hashlib.sha256(one).hexdigest()} for name, one in contents.items()}
    manifest: dict[str, object] = {
        "format": 1, "release": "0.1.0", "created_at": "2026-01-01T00:00:00+00:00",
        "revision": next(iter(revisions().newest)),
        "postgres": "18", "temporal": "1.0.0", "members": members,
    }  # fmt: skip
    change(manifest, contents)
    with zipfile.ZipFile(file, "w") as out:
        for name, content in contents.items():
            out.writestr(name, content)
        out.writestr(MANIFEST, json.dumps(manifest))
    return file


async def test_a_file_that_is_no_sound_backup_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "data")
    data.create()
    for name in STATE:
        data.folder(name).joinpath("old").touch()
    before = sorted(str(one) for one in data.path.rglob("*"))
    file = tmp_path / "backup"
    whole = made(file).read_bytes()

    async def refused(reason: str) -> None:
        with pytest.raises(CommandError, match=reason):
            await restore.restore(data, file, replace=True)
        assert sorted(str(one) for one in data.path.rglob("*") if one.name != LOCK) == before, reason

    for cut in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:cut])
        await refused("no backup of BotArmy")
    file.write_bytes(whole.replace(b"the content of postgres.dump", b"THE CONTENT of postgres.dump"))
    await refused("Bad CRC|damaged")

    def hostile(name: str) -> Callable[[dict[str, object], dict[str, bytes]], None]:
        return lambda manifest, contents: contents.update({name: b"x"})

    for name in ("../outside", "/etc/passwd", "secrets/../../outside", "postgres/data/postgresql.conf", "secrets/"):
        made(file, hostile(name))
        await refused("holds other files than one does")
    for change, reason in (
        (lambda manifest, contents: contents.pop("temporal.db"), "holds other files"),
        (lambda manifest, contents: contents.update({"temporal.db": b"other"}), "damaged"),
        (
            lambda manifest, contents: contents.update({"temporal.db": b"THE content of temporal.db"}),
            "not what was saved",
        ),
        (lambda manifest, contents: manifest.update(format=2), "has format 2; this version of BotArmy reads 1"),
        (lambda manifest, contents: manifest.update(format="x" * 10**6), "no backup|damaged"),
        (lambda manifest, contents: manifest.pop("members"), "no backup of BotArmy, or a damaged one"),
        (lambda manifest, contents: manifest.update(members=[]), "no backup of BotArmy, or a damaged one"),
        (lambda manifest, contents: manifest.update(revision="of_tomorrow"), "unknown revision of_tomorrow"),
        (lambda manifest, contents: manifest.update(revision=""), "unknown revision"),
        (lambda manifest, contents: manifest.update(postgres="99"), "of a newer PostgreSQL, 99"),
        (lambda manifest, contents: manifest.update(temporal="99.1"), "of a newer Temporal, 99.1"),
    ):
        made(file, change)
        await refused(reason)
    made(file)
    await refused("damaged: (postgres|redis) has no password")
    file.unlink()
    with pytest.raises(OSError, match="No such file"):
        await restore.restore(data, file, replace=True)


async def test_a_backup_that_does_not_fit_on_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "backup")
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 10))  # type: ignore[attr-defined]
    with pytest.raises(BackupError, match="has room for 10"):
        await restore.restore(DataDir(tmp_path / "data"), tmp_path / "backup", replace=False)


def test_a_restore_that_was_killed_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    """Every state that a kill may leave, from the first file extracted to the last folder moved."""

    def state(path: Path, content: str, names: tuple[str, ...] = STATE) -> None:
        for name in names:
            (path / name).mkdir(parents=True)
            (path / name / "content").write_text(content)

    def contents(path: Path) -> list[str]:
        return [(path / name / "content").read_text() for name in STATE]

    unfinished = tmp_path / "unfinished"
    state(unfinished, "old")
    state(unfinished / RESTORING, "new", STATE[:2])
    with DataDir(unfinished).locked():
        assert contents(unfinished) == ["old"] * 3
    assert sorted(one.name for one in unfinished.iterdir()) == sorted([LOCK, *STATE])
    for moved in range(len(STATE) + 1):
        for cleared in (False, True):  # a folder of the old state may be half gone
            data = tmp_path / f"{moved}{cleared}"
            state(data, "new", STATE[:moved])
            state(data / RESTORED, "new", STATE[moved:])
            (data / RESTORED).mkdir(exist_ok=True)
            if not cleared:
                state(data, "old", STATE[moved:])
            with DataDir(data).locked():
                assert contents(data) == ["new"] * 3
            assert sorted(one.name for one in data.iterdir()) == sorted([LOCK, *STATE])


async def test_a_process_that_stands_still_goes_on_even_when_who_stopped_it_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as held:
        process = psutil.Process(held.pid)
        with frozen(held.pid):
            assert process.status() == psutil.STATUS_STOPPED
        await eventually(lambda: process.status() != psutil.STATUS_STOPPED)
        with pytest.raises(TimeoutError, match="did not stay stopped"), frozen(held.pid):
            process.resume()  # as another backup at the same time does, which is done first
        await eventually(lambda: process.status() != psutil.STATUS_STOPPED)
        with subprocess.Popen(
            [sys.executable, "-c", FREEZE, str(held.pid)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as freezer:
            assert freezer.stdout
            freezer.stdout.readline()
            assert process.status() == psutil.STATUS_STOPPED
            freezer.kill()
        await eventually(lambda: process.status() != psutil.STATUS_STOPPED)
        held.send_signal(signal.SIGKILL)


@pytest.mark.timeout(400)
def test_projects_under_way_go_on_from_a_backup(tmp_path: Path) -> None:
    """With the real worker and API: nothing of what was done is lost or done twice, and what was not is done."""
    data_dir, file = tmp_path / "data", tmp_path / "backup"
    here = ("--data-dir", data_dir)
    settings = {"BOTARMY_REHEARSAL_STEP_SECONDS": "0.5"}

    def up() -> str:
        started = botarmy("up", "--detach", *here, "--port", "0", **settings)
        assert started.returncode == 0, started.stdout + started.stderr
        api = json.loads((data_dir / "stack.json").read_text())["api"]
        return f"{api}/api/v1/projects/"

    try:
        projects = up()
        for number in range(6):
            body = {"name": f"Project {number}", "description": "# A thing\n\n- It works.\n", "oversight": "low"}
            httpx2.post(projects, json=body, trust_env=False).raise_for_status()
        _await(projects, lambda found: any("plan" in (one["phase"] or "") for one in found))
        saved = botarmy("backup", file, *here)
        assert saved.returncode == 0, saved.stdout + saved.stderr
        assert botarmy("down", *here).returncode == 0
        restored = botarmy("restore", file, *here, "--replace")
        assert restored.returncode == 0, restored.stdout + restored.stderr
        projects = up()
        ended = _await(projects, lambda found: all(one["status"] == "completed" for one in found))
        assert len(ended) == 6
        for one in ended:
            events = httpx2.get(f"{projects}{one['id']}/events?limit=200", trust_env=False).json()["items"]
            assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
            tasks = [event["task_id"] for event in events if event["event_type"] == "task_completed"]
            assert len(tasks) == len(set(tasks))
    finally:
        botarmy("down", *here)
    assert not processes_of(data_dir)


def _await(projects: str, condition: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 150
    while True:
        found: list[dict[str, Any]] = httpx2.get(projects, trust_env=False, timeout=30).json()["items"]
        if condition(found):
            return found
        assert time.monotonic() < deadline, [(one["status"], one["phase"]) for one in found]
        time.sleep(0.1)
