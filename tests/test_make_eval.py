"""`make eval` starts a stack if none runs, and stops only a stack that it has started."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT

STUB = """
shift
echo "$*" >>calls
case $1 in
    models) exit "${MODELS:-0}" ;;
    up) exit "$UP" ;;
    eval) exit "$EVAL" ;;
esac
"""
CHECK = "models -- openai:gpt-5"
UP, EVAL, DOWN = "up --detach --fail-if-running", "eval --model openai:gpt-5 --no-check", "down"


@pytest.mark.parametrize(
    ("up", "code", "calls"),
    [
        ("0", "0", [CHECK, UP, EVAL, DOWN]),
        ("0", "1", [CHECK, UP, EVAL, DOWN]),
        ("7", "0", [CHECK, UP, EVAL]),
        ("1", "1", [CHECK, UP]),
    ],
)
def test_it_leaves_the_stack_of_others_running(tmp_path: Path, up: str, code: str, calls: list[str]) -> None:
    done = make(tmp_path, "MODEL=openai:gpt-5", UP=up, EVAL=code)
    assert (tmp_path / "calls").read_text().splitlines() == calls
    assert (f"Error {code}\n" in done.stderr) if code != "0" else done.returncode == 0


def test_it_starts_nothing_for_a_model_that_cannot_be_used(tmp_path: Path) -> None:
    done = make(tmp_path, "MODEL=openai:gpt-5", MODELS="2")
    assert (tmp_path / "calls").read_text().splitlines() == [CHECK]
    assert "Error 2\n" in done.stderr


def test_it_needs_a_model(tmp_path: Path) -> None:
    done = make(tmp_path)
    assert "Name a model: make eval MODEL=openai:gpt-5" in done.stderr
    assert "Error 2\n" in done.stderr
    assert not (tmp_path / "calls").exists()


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "stub").write_text(STUB)
    command = ["make", "--file", str(CHECKOUT / "Makefile"), "--old-file", "setup", "eval", "BIN=sh stub", *arguments]
    inherited = {name: value for name, value in os.environ.items() if name != "MODEL"}
    return subprocess.run(command, cwd=folder, env=inherited | environment, capture_output=True, text=True, check=False)
