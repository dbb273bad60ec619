"""Killing any process in the middle of a run does not change the delivery."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from benchmarks.stack import FOREIGN
from tests.checkout import CHECKOUT

pytestmark = pytest.mark.long

BRIEF = "---\nrehearsal:\n  step_seconds: 0.7\n---\n" + (CHECKOUT / "examples/url-shortener.md").read_text()
MIDDLE = ": coder starts"
"""What `botarmy run` prints once the project is in the middle of its stages."""


class Stack:
    """`botarmy up` with its own data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        # This stack must not use the addresses of a developer's servers.
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "cli.main", *arguments, "--data-dir", str(self.data_dir)]
        return subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> None:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output

    def deliver(self, brief: Path, out: Path, victim: str | None = None) -> Mapping[str, str]:
        """Run a brief and kill a process of the stack in the middle. Returns the hash of each delivered file."""
        killed = None
        output = []
        with self.start("run", str(brief), "--out", str(out)) as running:
            assert running.stdout is not None
            for line in running.stdout:
                output.append(line)
                if victim and killed is None and MIDDLE in line:
                    killed = json.loads((self.data_dir / "stack.json").read_text())["pids"][victim]
                    os.kill(killed, signal.SIGKILL)
        assert running.returncode == 0, "".join(output)
        assert victim is None or killed is not None, "".join(output)
        return {
            str(path.relative_to(out)): sha256(path.read_bytes()).hexdigest()
            for path in sorted(out.rglob("*"))
            if path.is_file() and path.name != "manifest.json"  # it contains ids and times
        }


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"))
    stack.run("up", "--detach", "--port", "0")
    yield stack
    stack.run("down")


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Path:
    brief = tmp_path_factory.mktemp("brief") / "brief.md"
    brief.write_text(BRIEF)
    return brief


@pytest.fixture(scope="module")
def undisturbed(stack: Stack, brief: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    return stack.deliver(brief, tmp_path_factory.mktemp("undisturbed") / "out")


@pytest.mark.parametrize("victim", ["worker", "api", "temporal", "redis", "postgres"])
def test_a_killed_process_changes_nothing_in_the_delivery(
    victim: str, stack: Stack, brief: Path, undisturbed: Mapping[str, str], tmp_path: Path
) -> None:
    delivered = stack.deliver(brief, tmp_path / "out", victim)

    assert len(undisturbed) > 20
    assert delivered == undisturbed
