"""The location of our packages, for child processes: a checkout, or site-packages."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
"""The folder that contains our packages, `alembic.ini`, `migrations` and `pipelines`."""


def python_path() -> dict[str, str]:
    """Return the environment variables with which Python finds our packages first, in any working directory.

    PYTHONPATH may name another project, with packages named like ours, such as `models`. Without it, an installed
    BotArmy needs no variable: site-packages is searched anyway, and should not precede the standard library.
    """
    variable = os.environ.get("PYTHONPATH")
    inherited = variable.split(os.pathsep) if variable else []  # an empty entry in it is the current directory
    is_found = inherited[0] == str(CHECKOUT) if inherited else not (CHECKOUT / "pyproject.toml").exists()
    return {} if is_found else {"PYTHONPATH": os.pathsep.join([str(CHECKOUT), *filter(None, inherited)])}
