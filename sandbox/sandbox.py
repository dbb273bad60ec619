"""The sandbox as a worker has it: runs a few at a time, since each may take a gigabyte."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from sandbox.launcher.order import Limits
from sandbox.tests import TestRun, run_tests

_USUAL = Limits()
_COMPUTING = 2 / 3
"""How much of the time that a run may take it may compute."""


class Sandbox:
    """Runs tests, `at_once` of them at the same time, each for up to `seconds`.

    Where the system offers too little to confine them, they are refused, unless `allow_unconfined`.
    """

    def __init__(
        self,
        seconds: float = _USUAL.seconds,
        at_once: int = 2 * (os.cpu_count() or 1),
        *,
        allow_unconfined: bool = False,
    ) -> None:
        self._limits = _USUAL._replace(seconds=seconds, cpu_seconds=max(1, round(_COMPUTING * seconds)))
        self._free = asyncio.Semaphore(at_once)
        self._allow_unconfined = allow_unconfined

    async def run_tests(self, files: Mapping[str, str], *, harmless: bool = False) -> TestRun:
        """As `run_tests`, when there is room.

        Args:
            harmless: nobody but this program wrote them, so that they run where nothing can be confined, too.
        """
        async with self._free:
            return await run_tests(files, self._limits, unconfined=harmless or self._allow_unconfined)
