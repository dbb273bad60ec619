"""Files of installed packages, located without importing them: importing is slow, and some have side effects."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def is_installed(package: str) -> bool:
    return find_spec(package) is not None


def files_of(package: str) -> Path:
    """Return the folder of an installed package; for a missing one, a path that does not exist."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return Path("/", f"{package} is not installed")
    return Path(spec.origin).parent
