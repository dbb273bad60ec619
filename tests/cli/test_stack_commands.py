"""`botarmy up`, `status` and `down`, as people type them, with the real worker and API."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from stack_under_test import processes_of

BOTARMY = [sys.executable, "-m", "cli.main"]
CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    assert not processes_of(tmp_path / "data")


def botarmy(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BOTARMY, *map(str, arguments)],
        env=_environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
    )


def _environment(**variables: str) -> dict[str, str]:
    ours = ("DATABASE_URL", "REDIS_URL", "TEMPORAL_", "BOTARMY_")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
        "PYTHONPATH": str(CHECKOUT),
        **variables,
    }


def test_up_detached_then_status_then_down(data_dir: Path) -> None:
    assert botarmy("status", "--data-dir", data_dir).returncode == 3

    up = botarmy("up", "--detach", "--data-dir", data_dir, "--port", "0")
    assert up.returncode == 0, up.stdout + up.stderr
    try:
        state = json.loads((data_dir / "stack.json").read_text())
        assert state["api"] in up.stdout
        assert httpx2.get(f"{state['api']}/health/ready", trust_env=False).status_code == 200
        assert httpx2.get(state["temporal_ui"], follow_redirects=True, trust_env=False).status_code == 200

        status = botarmy("status", "--data-dir", data_dir)
        assert status.returncode == 0, status.stdout + status.stderr
        assert all(str(pid) in status.stdout for pid in state["pids"].values())
        as_json = json.loads(botarmy("status", "--json", "--data-dir", data_dir).stdout)
        assert as_json["well"] is True
        assert as_json["pids"] == state["pids"]

        again = botarmy("up", "--data-dir", data_dir)
        assert again.returncode == 0
        assert "running already" in again.stdout
        assert state["api"] in again.stdout
    finally:
        down = botarmy("down", "--data-dir", data_dir)
    assert (down.returncode, down.stdout) == (0, "Stopped.\n")
    assert not processes_of(data_dir)


def test_ctrl_c_while_it_starts_leaves_nothing(data_dir: Path) -> None:
    up = subprocess.Popen(
        [*BOTARMY, "up", "--data-dir", str(data_dir), "--port", "0"],
        env=_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert up.stdout
    assert "ready" in up.stdout.readline()  # the first server; the API is not there yet
    up.send_signal(signal.SIGINT)
    up.communicate(timeout=30)
    assert up.returncode == 130
    assert not processes_of(data_dir)


def test_a_setting_that_cannot_be_used_stops_it_at_once(data_dir: Path) -> None:
    up = botarmy("up", "--data-dir", data_dir, BOTARMY_PORT="eighty")
    assert up.returncode == 2
    assert "BOTARMY_PORT" in up.stderr
    assert not data_dir.exists()


def test_a_temporal_profile_that_does_not_exist_is_named(data_dir: Path) -> None:
    up = botarmy("up", "--data-dir", data_dir, TEMPORAL_PROFILE="absent")
    assert up.returncode == 1
    assert "absent" in up.stdout
