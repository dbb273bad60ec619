"""The data directory: its path, and its lock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.client.address import Address
from cli.stack.datadir import AlreadyRunningError, DataDir, DataDirError
from cli.stack.state import StackState


def test_a_path_below_a_missing_home_is_taken_literally(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("os.getuid", lambda: 54321)
    monkeypatch.chdir(tmp_path)
    assert DataDir(Path("~/data")).path == tmp_path / "~" / "data"


def test_only_one_process_can_lock_a_directory(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    assert data.holder() is None
    with data.locked():
        assert data.holder() == os.getpid()
        with pytest.raises(AlreadyRunningError), DataDir(tmp_path).locked():
            pass
    assert data.holder() is None


def test_a_directory_that_somebody_else_has_prepared_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its owner would know the administrator's token."""
    other = os.geteuid() + 1
    DataDir(tmp_path).create_token()
    monkeypatch.setattr("os.geteuid", lambda: other)
    with pytest.raises(DataDirError, match=r"belongs to .* or use another --data-dir"), DataDir(tmp_path).locked():
        pass


def test_others_may_not_change_the_directory_nor_read_its_secrets(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "data")
    data.create()
    data.create_token()
    for path in (data.path, data.token_file.parent, data.token_file):
        path.chmod(0o777)
    with data.locked():
        modes = [path.stat().st_mode & 0o777 for path in (data.path, data.token_file.parent, data.token_file)]
    assert modes == [0o755, 0o700, 0o700]


def test_the_token_is_sent_to_a_stack_that_runs_and_to_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """After a crash, the port in the state file may be another user's."""
    monkeypatch.delenv("BOTARMY_TOKEN", raising=False)
    data = DataDir(tmp_path)
    data.create_token()
    StackState("http://127.0.0.1:8000", "127.0.0.1:7233", None, "", "", {}).write(data.state_file)
    address = Address(None, data)
    assert address.headers() == {}
    with data.locked():
        assert address.headers() == {"Authorization": f"Bearer {data.read_token()}"}
