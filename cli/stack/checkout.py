"""The location of our packages, for child processes: a checkout, or site-packages."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
"""The folder that contains our packages, `alembic.ini`, `migrations` and `pipelines`."""


def python_path() -> dict[str, str]:
    """Return the environment variables with which Python finds our packages first, in any working directory."""
    if not (CHECKOUT / "pyproject.toml").exists():
        return {}  # installed: site-packages is searched anyway, and must not precede the standard library
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]))}
