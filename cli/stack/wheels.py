"""Files inside installed packages, found without importing them: importing takes time, and some do more than that."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def is_installed(package: str) -> bool:
    return find_spec(package) is not None


def files_of(package: str) -> Path:
    """The folder of an installed package; of one that is not installed (see `extra`), a path that does not exist."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return Path("/", f"{package} is not installed")
    return Path(spec.origin).parent
