"""Where our own packages are, for processes that must find them: in a checkout, or installed beside all others."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
"""The folder of our packages, with `alembic.ini`, `migrations` and `pipelines` beside them."""


def python_path() -> dict[str, str]:
    """The environment in which Python finds our packages first, whatever the working directory."""
    if not (CHECKOUT / "pyproject.toml").exists():
        return {}  # installed: Python looks there anyway, and the standard library has to come first
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]))}
