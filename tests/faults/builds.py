"""Other builds of the worker: the checkout's own code with a change, or as it was."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from cli.stack.checkout import CHECKOUT

PACKAGES = ("activities", "models", "pipelines", "store", "worker", "workflows")


def build(folder: Path, file: str, old: str, new: str) -> dict[str, str]:
    """Put a copy of the worker's code in a folder, with another text in one of its files; gives the environment in
    which `python -m worker` is that copy."""
    for package in PACKAGES:
        shutil.copytree(CHECKOUT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    code = (folder / file).read_text()
    assert code.count(old) == 1, f"{file} has changed: choose another place"
    (folder / file).write_text(code.replace(old, new))
    return {"PYTHONPATH": str(folder)}


def previous(folder: Path) -> tuple[str, dict[str, str]] | None:
    """Put the worker's code into a folder as it was before its workflows last changed; gives the commit, and the
    environment in which `python -m worker` is that code. None where git knows of no such commit: without it, or in a
    shallow clone."""
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
