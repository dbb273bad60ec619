"""`python -m tests.histories record [SHAPE ...]` records all histories again, or some; `... replay` replays them.

Record to add a shape, or if a change of the workflows is meant to break running projects: never to silence a test.
"""

from __future__ import annotations

import asyncio
import os
import sys

from tests.histories import committed, replay


def main() -> None:
    match sys.argv[1:]:
        case ["replay"]:
            print(f"{asyncio.run(replay(committed()))} histories replay", flush=True)
            os._exit(0)  # Python 3.11 may crash on exit while the SDK's threads run
        case ["record", *names]:
            from tests.histories.recording import record

            asyncio.run(record(names))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
