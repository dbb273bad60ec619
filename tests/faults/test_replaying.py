"""Every history that is committed replays, whatever the order of sets: projects outlive the workers they began on."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter

import pytest

from tests.conftest import CHECKOUT
from tests.histories import committed
from tests.proving import Proof

SECONDS = 300.0


async def _replay(seed: int) -> tuple[str, str]:
    """What a process of its own says of all the histories, under this seed; and its complaints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.histories", "replay"),
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONHASHSEED": str(seed)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await asyncio.wait_for(process.communicate(), SECONDS)
    return said.decode().strip(), complained.decode()[-2000:]


@pytest.mark.item(17)
async def test_every_history_replays_under_any_order_of_sets(proof: Proof) -> None:
    seeds = proof.random.sample(range(2**32), 2)
    outcomes = await asyncio.gather(*map(_replay, seeds))
    seen = Counter(said or complained.splitlines()[-1] for said, complained in outcomes)
    proof.row(
        f"all committed histories replayed, with PYTHONHASHSEED {', '.join(map(str, seeds))}",
        len(seeds),
        "every one replays",
        "; ".join(f"{said}, {times} times" for said, times in seen.items()),
    )
    assert set(seen) == {f"{len(committed())} histories replay"}, outcomes
