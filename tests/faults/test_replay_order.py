"""Every committed history replays, whatever the iteration order of sets in the process."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter

import pytest

from tests.checkout import CHECKOUT
from tests.histories import committed
from tests.proving import Proof

SECONDS = 300.0


async def _replay(seed: int) -> tuple[str, str]:
    """Replay all histories in a process with this hash seed. Returns its output and errors."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.histories", "replay"),
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONHASHSEED": str(seed)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), SECONDS)
    return output.decode().strip(), errors.decode()[-2000:]


@pytest.mark.item(17)
async def test_every_history_replays_under_any_order_of_sets(proof: Proof) -> None:
    seeds = proof.random.sample(range(2**32), 2)
    outcomes = await asyncio.gather(*map(_replay, seeds))
    seen = Counter(output or errors.splitlines()[-1] for output, errors in outcomes)
    proof.row(
        f"replay all committed histories with PYTHONHASHSEED {', '.join(map(str, seeds))}",
        len(seeds),
        "every history replays",
        "; ".join(f"{output}, {times} times" for output, times in seen.items()),
    )
    assert set(seen) == {f"{len(committed())} histories replay"}, outcomes
