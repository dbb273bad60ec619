"""Where our own packages are, for processes that must find them."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def python_path() -> dict[str, str]:
    """The environment in which Python finds our packages first, whatever the working directory."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]))}
