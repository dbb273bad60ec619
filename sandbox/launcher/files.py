"""The files of a run."""

from __future__ import annotations

import os

from . import command


def of_the_runner() -> dict[str, str]:
    """Return the source files of the program that runs the tests."""
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "runner")
    files = {}
    for name in os.listdir(folder):
        if name.endswith(".py"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                files[f"{command.PACKAGE}/{name}"] = file.read()
    return files


def write(files: dict[str, str], folder: str) -> None:
    """Write the files below a folder without links. The sender of the request has checked their paths, too.

    Raises:
        ValueError: a path leads outside of the folder.
    """
    for path, text in files.items():
        target = os.path.normpath(os.path.join(folder, path))
        if not target.startswith(f"{os.path.normpath(folder)}/"):
            raise ValueError(f"{path!r} is outside of its folder")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(text.encode())
