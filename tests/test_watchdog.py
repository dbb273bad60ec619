"""A session that hangs ends and names the test, although the test's own limit has passed already."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT

ADDOPTS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"]
CONFTEST = """\
from tests import watchdog
watchdog.GRACE_SECONDS = 0.5
pytest_plugins = ["tests.watchdog"]
"""
HANGING = """\
import time, pytest
@pytest.fixture
def hanging():
    yield
    while True:
        try: time.sleep(100)
        except BaseException: pass
def test_passes(): pass
def test_hangs(hanging): pass
"""


OPTIONS = ("--timeout", "0.2", "--session-timeout", "1", "--numprocesses", "1", "--max-worker-restart", "0")


@pytest.mark.long
def test_a_session_that_hangs_names_its_test(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(HANGING)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT), "PYTEST_ADDOPTS": ADDOPTS},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 1, ran
    assert "It hangs in test_it.py::test_hangs (teardown)" in ran.stderr
    assert re.search(r'test_it\.py", line \d in hanging\n', ran.stderr), ran.stderr
    assert "crashed while running 'test_it.py::test_hangs'" in ran.stdout
