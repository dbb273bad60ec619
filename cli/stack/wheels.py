"""Files inside installed packages, found without importing them: importing takes time, and some do more than that."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def files_of(package: str) -> Path:
    """The folder of an installed package.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed")
    return Path(spec.origin).parent
