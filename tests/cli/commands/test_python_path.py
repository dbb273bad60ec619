"""Another project's PYTHONPATH, with packages named like ours, breaks no command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.stack import checkout
from tests.checkout import CHECKOUT

PACKAGES = ("api", "cli", "config", "crew", "models", "pipelines", "store", "worker", "workflows")


@pytest.fixture
def other_project(tmp_path: Path) -> Path:
    folder = tmp_path / "other"
    for package in PACKAGES:
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").write_text("raise ImportError('of another project')\n")
    return folder


def run(command: list[str], cwd: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_our_packages_are_found_first(other_project: Path, tmp_path: Path) -> None:
    path = os.pathsep.join([str(other_project), str(CHECKOUT)])
    botarmy = [sys.executable, "-P", "-m", "botarmy"]
    assert "Nothing is running" in run([*botarmy, "down", "--data-dir", "data"], tmp_path, {"PYTHONPATH": path})
    shipped = str(CHECKOUT / "pipelines" / "software-delivery.yaml")
    run([*botarmy, "pipelines", "check", shipped], tmp_path, {"PYTHONPATH": path})  # which uses another process


def test_the_script_ignores_what_other_projects_told_python(tmp_path: Path) -> None:
    (tmp_path / "python").write_text('#!/bin/sh\nenv | grep ^PYTHON.*=of-another\necho "$*"\n')
    (tmp_path / "python").chmod(0o755)
    script = tmp_path / "botarmy"
    script.write_text((CHECKOUT / "scripts" / "botarmy").read_text())
    others = ("EXECUTABLE", "HOME", "INSPECT", "OPTIMIZE", "PATH", "PLATLIBDIR")
    output = run(["sh", str(script), "--help"], tmp_path, {f"PYTHON{name}": "of-another" for name in others})
    assert output == "-P -m botarmy --help\n"


@pytest.mark.parametrize(
    ("is_checkout", "inherited", "expected"),
    [
        (True, None, "here"),
        (True, "other:more", "here:other:more"),
        (True, "here:other", None),
        (False, None, None),
        (False, "", None),
        (False, "other", "here:other"),
        (False, "here", None),
        (False, ":here", "here:here"),
        (False, "here:", None),
    ],
)
def test_child_processes_find_our_packages_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_checkout: bool, inherited: str | None, expected: str | None
) -> None:
    if is_checkout:
        (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(checkout, "CHECKOUT", tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if inherited is not None:
        monkeypatch.setenv("PYTHONPATH", inherited.replace("here", str(tmp_path)))
    wanted = {} if expected is None else {"PYTHONPATH": expected.replace("here", str(tmp_path))}
    assert checkout.python_path() == wanted
