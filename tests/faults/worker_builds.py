"""Other builds of the worker: the checkout's code with a change, or an earlier version of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from cli.stack.checkout import CHECKOUT

# Everything that a worker imports: parts of two versions need not fit together.
PACKAGES = (
    *("activities", "artifacts", "config", "crew", "models", "pipelines", "sandbox", "store", "worker", "workflows"),
)


def build(folder: Path, file: str, old: str, new: str) -> dict[str, str]:
    """Copy the worker's code to a folder and replace a text in one file. Returns the environment in which
    `python -m worker` runs the copy."""
    for package in PACKAGES:
        shutil.copytree(CHECKOUT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    code = (folder / file).read_text()
    assert code.count(old) == 1, f"{file} has changed: choose another text to replace"
    (folder / file).write_text(code.replace(old, new))
    return {"PYTHONPATH": str(folder)}


def previous(folder: Path) -> tuple[str, dict[str, str]] | None:
    """Copy the worker's code as it was before its workflows last changed to a folder.

    Returns the commit, and the environment in which `python -m worker` runs that code; None if git has no such commit
    (without a repository, or in a shallow clone).
    """
    try:
        commit = _git("log", "-1", "--format=%h", "--", "workflows").decode().strip() + "^"
        archive = _git("archive", commit, "--", *PACKAGES)
    except (OSError, subprocess.CalledProcessError):
        return None
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    return commit, {"PYTHONPATH": str(folder)}


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=CHECKOUT, check=True, capture_output=True).stdout
