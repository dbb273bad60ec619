"""The version of BotArmy."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


@lru_cache(maxsize=1)
def installed_version() -> str:
    """Return the version, such as 0.1.0, of the checkout or else of the installed package."""
    if not PYPROJECT.exists():
        return version("botarmy")
    found: str = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["version"]
    return found
