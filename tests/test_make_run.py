"""`make run` stops only a stack that it has started."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT

STUB = """
echo "$2" >>calls
case $2 in
    up) exit "$UP" ;;
    run) exit "$RUN" ;;
    models) exit "$MODELS" ;;
    status)
        read -r codes <codes
        echo "${codes#* }" >codes # the last one is repeated
        exit "${codes%% *}" ;;
esac
"""


@pytest.mark.parametrize(
    ("model", "up", "status", "run", "calls", "code"),
    [
        ("", "0", "", "0", "up run down", 0),
        ("", "0", "", "1", "up run down", 1),
        ("", "0", "", "130", "up run", 130),
        ("", "1", "", "0", "up", 1),
        ("", "7", "0", "0", "up status run", 0),
        ("", "7", "0", "1", "up status run", 1),
        ("", "7", "1 1 0", "0", "up status status status run", 0),
        ("", "7", "1 3", "5", "up status status run", 5),
        ("", "7", "1", "0", f"up {'status ' * 61}run", 0),
        ("0", "0", "", "0", "models up run down", 0),
        ("0", "7", "0", "0", "models up status run", 0),
        ("1", "0", "", "0", "models", 1),
    ],
)
def test_it_waits_for_a_stack_of_others_and_leaves_it_running(
    tmp_path: Path, model: str, up: str, status: str, run: str, calls: str, code: int
) -> None:
    (tmp_path / "stub").write_text(STUB)
    (tmp_path / "codes").write_text(f"{status}\n")
    (tmp_path / "sleep").write_text("#!/bin/sh\n")
    (tmp_path / "sleep").chmod(0o755)
    done = subprocess.run(
        ["make", "--file", str(CHECKOUT / "Makefile"), "--old-file", "setup", "run", "BIN=sh stub"],
        cwd=tmp_path,
        env=os.environ
        | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "UP": up, "RUN": run, "MODELS": model, "MODEL": model and "a:b"},
        capture_output=True,
        text=True,
    )
    assert (tmp_path / "calls").read_text().split() == calls.split()
    assert (f"Error {code}\n" in done.stderr) if code else done.returncode == 0
    assert ("'make down' stops it" in done.stdout) == (run == "130")
