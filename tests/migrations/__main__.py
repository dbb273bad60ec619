"""`python -m tests.migrations`: on an empty PostgreSQL, up, nothing left to migrate, down to nothing, and up again."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cli.stack.embedded import embedded_servers

CHECKOUT = Path(__file__).resolve().parent.parent.parent
STEPS = (("upgrade", "head"), ("check",), ("downgrade", "base"), ("upgrade", "head"))


async def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_servers(Path(folder)) as servers:
            environment = os.environ | servers.environment()
            for step in STEPS:
                command = [sys.executable, "-m", "alembic", *step]
                done = await asyncio.to_thread(
                    subprocess.run, command, cwd=CHECKOUT, env=environment, capture_output=True, text=True
                )
                print(f"alembic {' '.join(step)}: {'ok' if done.returncode == 0 else 'failed'}", flush=True)
                if done.returncode:
                    print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
