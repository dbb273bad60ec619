"""Other builds of the worker: the checkout's own code, with a change."""

from __future__ import annotations

import shutil
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
