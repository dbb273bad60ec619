"""Fixtures of the stack's tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT
from tests.cli.stack.stack_under_test import PROGRAMS


@pytest.fixture
def no_external_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset the addresses of external servers, and make the stub programs importable."""
    for name in ("DATABASE_URL", "REDIS_URL", *(name for name in os.environ if name.startswith("TEMPORAL_"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PROGRAMS), str(PROGRAMS.parent), str(CHECKOUT)]))


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory with special characters, longer than the path of a Unix socket may be."""
    return tmp_path / "a dir with spaces" / ("long-" * 22) / "and 100% [more]*?#"
