"""The command starts fast: what one command needs, another does not import."""

from __future__ import annotations

import subprocess
import sys

SLOW = ("httpx2", "psutil", "pydantic", "temporalio", "websockets")


def test_the_command_line_imports_no_slow_package() -> None:
    code = f"import sys, cli.main; print([name for name in {SLOW} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
