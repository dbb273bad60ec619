"""`python -m tests.transcripts record` records all transcripts again, with the scripted provider; `... replay` replays
them.

Record again if a change of the tools or of the loop is meant to make running steps start again, never to silence a
test.
"""

from __future__ import annotations

import asyncio
import sys

from crew.model.replay import replay
from tests.transcripts import committed, load


def main() -> None:
    match sys.argv[1:]:
        case ["record"]:
            from tests.transcripts.recorder import record

            asyncio.run(record())
        case ["replay"]:
            for path in committed():
                difference = asyncio.run(replay(load(path))).difference
                print(f"{path.stem}: {difference or 'the same'}")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
