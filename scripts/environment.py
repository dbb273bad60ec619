"""What installers leave to us in .venv. `mend` repairs it after an interrupted run; `place` adds our own code to it."""

from __future__ import annotations

import csv
import os
import shutil
import sys
import sysconfig
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGES = Path(sysconfig.get_path("purelib"))


def mend() -> None:
    """Forget the packages whose files are not all there, so that an installer does not take them for installed."""
    for info in PACKAGES.glob("*.dist-info"):
        if not _whole(info):
            shutil.rmtree(info)


def _whole(info: Path) -> bool:
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as record:
            files = [row[0] for row in csv.reader(record) if row]
    except (OSError, UnicodeDecodeError):
        return False
    return bool(files) and all((PACKAGES / file).exists() for file in files if not file.endswith(".pyc"))


def place() -> None:
    """Put the checkout on the path, and `botarmy` beside the interpreter.

    Both are relative to .venv, so that they work in a path that no shell and no shebang can hold, and after a move.
    """
    path = os.path.relpath(Path(sys.prefix).parent, PACKAGES)
    (PACKAGES / "botarmy-checkout.pth").write_text(f"{path}\n", encoding="utf-8")
    command = Path(sys.executable).parent / "botarmy"
    new = command.with_suffix(".new")
    shutil.copyfile(CHECKOUT / "scripts" / "botarmy", new)
    new.chmod(0o755)
    new.replace(command)


if __name__ == "__main__":
    {"mend": mend, "place": place}[sys.argv[1]]()
