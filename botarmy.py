"""The `botarmy` command, under a name that no other project uses.

Packages of another project that are named like ours, such as `cli` or `models`, may precede ours in `sys.path`: through
PYTHONPATH, or in the current directory.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from cli.main import app

    app(prog_name="botarmy")


if __name__ == "__main__":
    main()
