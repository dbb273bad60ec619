"""`botarmy up`, `status` and `down` with the real worker and API."""

from __future__ import annotations

import io
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from rich.console import Console

from cli.commands.detached import stop
from cli.stack.datadir import DataDir
from tests.cli.stack.stack_under_test import BOTARMY, botarmy, environment, processes_of

pytestmark = pytest.mark.long


SUPERVISOR = """
import os, signal, subprocess, sys, time
from pathlib import Path
from cli.stack.datadir import DataDir
signal.signal(signal.SIGTERM, signal.default_int_handler)
environment = os.environ | {"BOTARMY_STACK": sys.argv[1]}
with DataDir(Path(sys.argv[1])).locked(), subprocess.Popen(["sleep", "60"], env=environment) as child:
    try:
        print("started", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("stopped, and its child was", "killed" if child.poll() else "running")
        child.kill()
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    assert not processes_of(tmp_path / "data")


def test_up_detached_then_status_then_down(data_dir: Path) -> None:
    assert botarmy("status", "--data-dir", data_dir).returncode == 3

    up = botarmy("up", "--detach", "--data-dir", data_dir, "--port", "0")
    assert up.returncode == 0, up.stdout + up.stderr
    try:
        state = json.loads((data_dir / "stack.json").read_text())
        assert state["api"] in up.stdout
        assert httpx2.get(f"{state['api']}/health/ready", trust_env=False).status_code == 200
        assert state["temporal_ui"] is None
        assert "Temporal UI" not in up.stdout

        status = botarmy("status", "--data-dir", data_dir)
        assert status.returncode == 0, status.stdout + status.stderr
        assert all(str(pid) in status.stdout for pid in state["pids"].values())
        as_json = json.loads(botarmy("status", "--json", "--data-dir", data_dir).stdout)
        assert as_json["well"] is True
        assert as_json["pids"] == state["pids"]

        again = botarmy("up", "--data-dir", data_dir)
        assert again.returncode == 0
        assert "Already running" in again.stdout
        assert state["api"] in again.stdout
    finally:
        down = botarmy("down", "--data-dir", data_dir)
    assert (down.returncode, down.stdout) == (0, "Stopped.\n")
    assert not processes_of(data_dir)


def test_of_two_that_start_at_the_same_moment_one_says_that_it_started_nothing(data_dir: Path) -> None:
    command = [*BOTARMY, "up", "--detach", "--fail-if-running", "--data-dir", str(data_dir), "--port", "0"]
    both = [subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        outputs = {up.wait(timeout=110): up.communicate()[0] for up in both}
        assert sorted(outputs) == [0, 7], outputs
        assert "Ready in" in outputs[0]
        assert "Already " in outputs[7]
        assert botarmy("up", "--detach", "--fail-if-running", "--data-dir", data_dir).returncode == 7
    finally:
        assert botarmy("down", "--data-dir", data_dir).stdout == "Stopped.\n"


async def test_down_takes_no_process_of_a_stack_that_has_just_started_for_an_orphan(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, output = [sys.executable, "-c", SUPERVISOR, str(data_dir)], io.StringIO()
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as up:
        assert up.stdout
        assert up.stdout.readline() == "started\n"
        holder, earlier = DataDir.holder, [None, None]  # `down` has looked before this stack had the lock
        monkeypatch.setattr(DataDir, "holder", lambda data: earlier.pop() if earlier else holder(data))
        assert await stop(DataDir(data_dir), Console(file=output)) == 0
        assert up.stdout.read() == "stopped, and its child was running\n"
    assert output.getvalue() == "Stopped.\n"


def test_ctrl_c_while_it_starts_leaves_nothing(data_dir: Path) -> None:
    up = subprocess.Popen(
        [*BOTARMY, "up", "--data-dir", str(data_dir), "--port", "0"],
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert up.stdout
    assert "ready" in up.stdout.readline()  # the first server; the API is still starting
    up.send_signal(signal.SIGINT)
    up.communicate(timeout=30)
    assert up.returncode == 130
    assert not processes_of(data_dir)


def test_an_invalid_setting_stops_it_at_once(data_dir: Path) -> None:
    up = botarmy("up", "--data-dir", data_dir, BOTARMY_PORT="eighty")
    assert up.returncode == 2
    assert "BOTARMY_PORT" in up.stderr
    assert not data_dir.exists()


def test_a_missing_temporal_profile_is_reported(data_dir: Path) -> None:
    up = botarmy("up", "--data-dir", data_dir, TEMPORAL_PROFILE="absent")
    assert up.returncode == 1
    assert "absent" in up.stdout


def test_an_ignored_hangup_stays_ignored_and_down_stops_a_starting_stack(data_dir: Path) -> None:
    """As with `nohup botarmy up &` in a script, whose terminal is closed, followed by `botarmy down`."""
    up = subprocess.Popen(
        ["sh", "-c", 'trap "" HUP INT; exec "$@"', "sh", *BOTARMY, "up", "--data-dir", str(data_dir), "--port", "0"],
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert up.stdout
    for line in up.stdout:
        if "ready" in line:
            break
    for number in (signal.SIGHUP, signal.SIGINT):
        up.send_signal(number)
    assert any("Ready in" in line for line in up.stdout), "it continued"
    down = botarmy("down", "--data-dir", data_dir)
    assert (down.returncode, down.stdout) == (0, "Stopped.\n")
    up.communicate(timeout=30)
    assert up.returncode == 0


@pytest.mark.parametrize("options", [[], ["--detach"]])
def test_down_in_the_first_moments_of_up_stops_it(data_dir: Path, options: list[str]) -> None:
    for seconds in (0.0, 0.3, 1.0):
        with subprocess.Popen(
            [*BOTARMY, "up", *options, "--data-dir", str(data_dir), "--port", "0"],
            env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as up:  # fmt: skip
            time.sleep(seconds)  # the moment matters
            down = botarmy("down", "--data-dir", data_dir)
            out, err = up.communicate(timeout=60)
        assert (down.returncode, down.stdout, down.stderr) == (0, "Stopped.\n", ""), (seconds, out, err)
        assert "Ready" not in out, seconds
        assert "Traceback" not in err, err


def test_it_listens_on_ipv6_and_reports_which_ports_were_taken(data_dir: Path) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        port = str(taken.getsockname()[1])
        up = botarmy("up", "--detach", "--data-dir", data_dir, "--port", port, BOTARMY_HOST="::1")
        try:
            assert up.returncode == 0, up.stdout + up.stderr
            api = json.loads((data_dir / "stack.json").read_text())["api"]
            assert api.startswith("http://[::1]:")
            assert f"Port {port} is not free: the API listens on {api.rpartition(':')[2]} instead." in up.stdout
            assert "projects" in botarmy("projects", "--data-dir", data_dir).stdout.lower()
        finally:
            botarmy("down", "--data-dir", data_dir)
