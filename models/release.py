"""Which release of BotArmy this is."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


@lru_cache(maxsize=1)
def release() -> str:
    """The version, such as 0.1.0; from the checkout where it runs without being installed, as in the image."""
    try:
        return version("botarmy")
    except PackageNotFoundError:
        found: str = tomllib.loads(PYPROJECT.read_text())["project"]["version"]
        return found
