"""`python -m tests.releases record` records the histories and both databases of this checkout's release."""

from __future__ import annotations

import asyncio
import sys


def main() -> None:
    match sys.argv[1:]:
        case ["record"]:
            from tests.releases.recording import record

            asyncio.run(record())
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
