"""`make run` delivers in a fresh checkout after `uv sync`, whose environment contains no pip."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT
from tests.cli.stack.stack_under_test import environment, processes_of

pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]


def test_make_run_delivers_after_uv_sync(tmp_path: Path) -> None:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        pytest.skip("uv is not installed")
    checkout = tmp_path / "100% né'w $x"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.split("\0"):
        source = CHECKOUT / name
        if source.is_file() and not name.startswith(("tests/", "docs/")):
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, checkout / name)
    path = os.pathsep.join((str(Path(uv).parent), os.environ["PATH"]))
    variables = environment(PATH=path, UV_OFFLINE="1")
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT"):
        variables.pop(name, None)

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=checkout,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
        )

    sync = (uv, "sync", "--python", f"{sys.version_info.major}.{sys.version_info.minor}")
    if run(*sync).returncode != 0:  # uv's cache lacks a package, such as one whose newest version it has only heard of
        variables["UV_OFFLINE"] = "0"
        synced = run(*sync)
        if synced.returncode != 0 and re.search("error sending request|dns error|timed out", synced.stderr):
            pytest.skip("no package index can be reached")
        assert synced.returncode == 0, synced.stderr
    assert not list(checkout.glob(".venv/lib/python*/site-packages/pip"))
    delivered = run("make", "run")
    assert delivered.returncode == 0, delivered.stdout + delivered.stderr
    assert "Delivered" in delivered.stdout
    assert not list(checkout.glob(".venv/lib/python*/site-packages/pip"))
    assert list(checkout.glob("deliver*/**/*.py"))
    assert not processes_of(checkout / ".botarmy")
