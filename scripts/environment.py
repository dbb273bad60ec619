"""Maintains .venv beyond what installers do: `repair` after an interrupted run, `link` to add this checkout to it."""

from __future__ import annotations

import csv
import os
import shutil
import sys
import sysconfig
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGES = Path(sysconfig.get_path("purelib"))


def repair() -> None:
    """Remove the metadata of incomplete packages, so that the installer does not take them for installed."""
    for info in PACKAGES.glob("*.dist-info"):
        if not _is_complete(info):
            shutil.rmtree(info)


def _is_complete(info: Path) -> bool:
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as record:
            files = [row[0] for row in csv.reader(record) if row]
    except (OSError, UnicodeDecodeError):
        return False
    return bool(files) and all((PACKAGES / file).exists() for file in files if not file.endswith(".pyc"))


def link() -> None:
    """Add the checkout to the path, and put `botarmy` next to the interpreter.

    Both are relative to .venv, so that they survive a move, and work in paths that a shebang cannot express.
    """
    path = os.path.relpath(Path(sys.prefix).parent, PACKAGES)
    (PACKAGES / "botarmy-checkout.pth").write_text(f"{path}\n", encoding="utf-8")
    command = Path(sys.executable).parent / "botarmy"
    new = command.with_suffix(".new")
    shutil.copyfile(CHECKOUT / "scripts" / "botarmy", new)
    new.chmod(0o755)
    new.replace(command)


if __name__ == "__main__":
    {"repair": repair, "link": link}[sys.argv[1]]()
