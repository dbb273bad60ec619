"""The peers' own environment: it shares no package with ours."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from cli.stack.checkout import CHECKOUT

FOLDER = CHECKOUT / ".venv-peers"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


class InstallError(Exception):
    """The environment cannot be set up, for example because the package index is unreachable."""


async def install() -> Path:
    """Install what `requirements.txt` pins, and return the environment's interpreter. It is idempotent.

    Raises:
        InstallError: a package cannot be installed.
    """
    python = FOLDER / "bin" / "python"
    if not python.exists():
        await _uv("venv", "--quiet", "--no-project", "--clear", "--python", sys.executable, str(FOLDER))
    await _uv("pip", "sync", "--quiet", "--require-hashes", "--python", str(python), str(REQUIREMENTS))
    return python


async def _uv(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "uv", *arguments, cwd=CHECKOUT)
    if await process.wait():
        raise InstallError(f"The peers cannot be installed: uv {arguments[0]} failed.")
