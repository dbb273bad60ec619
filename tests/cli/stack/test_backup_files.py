"""Damaged and hostile backup files are refused, and an interrupted restore leaves the old state or the new one."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.errors import CommandError
from cli.stack import restore
from cli.stack.archive import MANIFEST, MEMBERS, BackupError
from cli.stack.datadir import LOCK, RESTORED, RESTORING, STATE, DataDir
from config.schema_check import revisions

pytestmark = pytest.mark.long


def write_backup(file: Path, change: Callable[[dict[str, object], dict[str, bytes]], None] = lambda *_: None) -> Path:
    """Write a backup of dummy files with a matching manifest, after a change of either."""
    contents = {name: f"the content of {name}".encode() for name in MEMBERS}
    members = {name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in contents.items()}
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


async def test_an_invalid_backup_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "data")
    data.create()
    data.path.joinpath(LOCK).touch()
    for name in STATE:
        data.folder(name).joinpath("old").touch()
    before = sorted(str(path) for path in data.path.rglob("*") if path.name != LOCK)
    file = tmp_path / "backup"
    whole = write_backup(file).read_bytes()

    async def refused(reason: str) -> None:
        with pytest.raises(CommandError, match=reason):
            await restore.restore(data, file, replace=True)
        assert sorted(str(path) for path in data.path.rglob("*") if path.name != LOCK) == before, reason

    for cut in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:cut])
        await refused("not a BotArmy backup")
    file.write_bytes(whole.replace(b"the content of postgres.dump", b"THE CONTENT of postgres.dump"))
    await refused("Bad CRC|damaged")

    def hostile(name: str) -> Callable[[dict[str, object], dict[str, bytes]], None]:
        return lambda manifest, contents: contents.update({name: b"x"})

    for name in ("../outside", "/etc/passwd", "secrets/../../outside", "postgres/data/postgresql.conf", "secrets/"):
        write_backup(file, hostile(name))
        await refused("contains other files")
    for change, reason in (
        (lambda manifest, contents: contents.pop("temporal.db"), "contains other files"),
        (lambda manifest, contents: contents.update({"temporal.db": b"other"}), "damaged"),
        (
            lambda manifest, contents: contents.update({"temporal.db": b"THE content of temporal.db"}),
            "the checksum of temporal.db does not match",
        ),
        (lambda manifest, contents: manifest.update(format=2), "has format 2; this version of BotArmy reads 1"),
        (lambda manifest, contents: manifest.update(format="x" * 10**6), "not a BotArmy backup|damaged"),
        (lambda manifest, contents: manifest.pop("members"), "not a BotArmy backup, or it is damaged"),
        (lambda manifest, contents: manifest.update(members=[]), "not a BotArmy backup, or it is damaged"),
        (lambda manifest, contents: manifest.update(revision="of_tomorrow"), "unknown revision of_tomorrow"),
        (lambda manifest, contents: manifest.update(revision=""), "unknown revision"),
        (lambda manifest, contents: manifest.update(postgres="99"), "by a newer PostgreSQL, 99"),
        (lambda manifest, contents: manifest.update(temporal="99.1"), "by a newer Temporal, 99.1"),
    ):
        write_backup(file, change)
        await refused(reason)
    write_backup(file)
    data.path.joinpath(LOCK).unlink()
    await refused("no stack has run there: its contents are not deleted")
    data.path.joinpath(LOCK).touch()
    await refused("damaged: the password of (postgres|redis)")
    file.unlink()
    with pytest.raises(OSError, match="No such file"):
        await restore.restore(data, file, replace=True)


async def test_a_backup_that_does_not_fit_on_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_backup(tmp_path / "backup")
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10))
    with pytest.raises(BackupError, match="has only 10 bytes free"):
        await restore.restore(DataDir(tmp_path / "data"), tmp_path / "backup", replace=False)


def test_a_killed_restore_leaves_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    """Every state that a kill may leave, from the first extracted file to the last moved folder."""

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
    assert sorted(path.name for path in unfinished.iterdir()) == sorted([LOCK, *STATE])
    for moved in range(len(STATE) + 1):
        for cleared in (False, True):  # a folder of the old state may be partly deleted
            data = tmp_path / f"{moved}{cleared}"
            state(data, "new", STATE[:moved])
            state(data / RESTORED, "new", STATE[moved:])
            (data / RESTORED).mkdir(exist_ok=True)
            if not cleared:
                state(data, "old", STATE[moved:])
            with DataDir(data).locked():
                assert contents(data) == ["new"] * 3
            assert sorted(path.name for path in data.iterdir()) == sorted([LOCK, *STATE])
