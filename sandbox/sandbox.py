"""The sandbox of a worker: a few runs at a time, with its limits."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox import acceptance_tests, unit_tests
from sandbox.launcher.protocol import DEFAULT_LIMITS
from sandbox.port import SandboxPort
from sandbox.run_report import RunReport

if TYPE_CHECKING:  # the sandbox itself needs nothing but the standard library
    from config.settings import Settings
    from sandbox.toolchain import Toolchain

_CPU_SHARE = 2 / 3
"""The share of a run's wall-clock limit that it may spend as processor time."""
_ACCEPTANCE_FACTOR = 4
"""How much longer acceptance tests may run than unit tests: each command that they try is a Python that starts."""


class Sandbox(SandboxPort):
    """Runs tests for up to `seconds` each, acceptance tests for four times as long, at most `at_once` runs at a time:
    each may take a gigabyte.

    Where the system cannot confine the tests, they are refused, unless `allow_unconfined`, or they are `harmless`: only
    this program wrote the files.
    """

    def __init__(
        self,
        seconds: float = DEFAULT_LIMITS.seconds,
        at_once: int = 2 * (os.cpu_count() or 1),
        *,
        allow_unconfined: bool = False,
    ) -> None:
        self._limits, self._acceptance_limits = (
            DEFAULT_LIMITS._replace(seconds=each, cpu_seconds=max(1, round(_CPU_SHARE * each)))
            for each in (seconds, _ACCEPTANCE_FACTOR * seconds)
        )
        self._slots = asyncio.Semaphore(at_once)
        self._allow_unconfined = allow_unconfined

    @classmethod
    def with_settings(cls, settings: Settings) -> Sandbox:
        """Return a sandbox with the settings of this process."""
        return cls(settings.test_seconds, allow_unconfined=settings.sandbox == "allow-unconfined")

    async def run_tests(
        self,
        files: Mapping[str, str],
        *,
        harmless: bool = False,
        loopback: bool = False,
        toolchain: Toolchain | None = None,
    ) -> RunReport:
        """Wait for a free slot, then run the unit tests as the function `run_tests` does."""
        async with self._slots:
            unconfined = harmless or self._allow_unconfined
            return await unit_tests.run_tests(
                files, self._limits, unconfined=unconfined, loopback=loopback, toolchain=toolchain
            )

    async def run_acceptance(
        self,
        product: Mapping[str, str],
        tests: Mapping[str, str],
        entry_point: str,
        *,
        harmless: bool = False,
        toolchain: Toolchain | None = None,
    ) -> RunReport:
        """Wait for a free slot, then run the acceptance tests as the function `run_acceptance` does."""
        async with self._slots:
            unconfined = harmless or self._allow_unconfined
            return await acceptance_tests.run_acceptance(
                product, tests, entry_point, self._acceptance_limits, unconfined=unconfined, toolchain=toolchain
            )
