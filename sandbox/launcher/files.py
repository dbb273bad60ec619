"""The files of a run."""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, source_hash

from . import command

_UNCHECKED_HASH = (0b01).to_bytes(4, "little")
"""The flags of bytecode that Python loads without comparing it with its source (PEP 552)."""


def of_the_runner() -> dict[str, str | bytes]:
    """Return the files of the program that runs the tests: its source and, if Python may keep it, its bytecode."""
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "runner")
    files: dict[str, str | bytes] = {}
    for name in os.listdir(folder):
        module, extension = os.path.splitext(name)
        if extension == ".py":
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                source = file.read()
            files[f"{command.PACKAGE}/{name}"] = source
            if not sys.dont_write_bytecode and (code := SourceFileLoader(module, path).get_code(module)):
                header = MAGIC_NUMBER + _UNCHECKED_HASH + source_hash(source)
                cached = f"{command.PACKAGE}/__pycache__/{module}.{sys.implementation.cache_tag}.pyc"
                files[cached] = header + marshal.dumps(code)
    return files


def write(files: Mapping[str, str | bytes], folder: str) -> None:
    """Write the files below a folder without links. The sender of the request has checked their paths, too.

    Raises:
        ValueError: a path leads outside of the folder.
    """
    for path, content in files.items():
        target = os.path.normpath(os.path.join(folder, path))
        if not target.startswith(f"{os.path.normpath(folder)}/"):
            raise ValueError(f"{path!r} is outside of its folder")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
