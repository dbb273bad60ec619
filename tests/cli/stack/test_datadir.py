"""The data directory: its path, and its lock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.stack.datadir import AlreadyRunningError, DataDir


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
