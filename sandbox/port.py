"""What an agent may ask of a sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from sandbox.acceptance_tests import STUB, STUB_ENTRY_POINT, AcceptanceCheck, problems
from sandbox.run_report import RunReport

if TYPE_CHECKING:  # the sandbox itself needs nothing but the standard library
    from sandbox.toolchain import Toolchain


class SandboxPort(Protocol):
    """Runs tests that nobody trusts. Whatever they do is a result.

    All methods raise InvalidArtifactError if a file set is unsafe, SandboxError if nothing could be run, and
    UnconfinedError if this system cannot confine the tests, unless they are `harmless`: only this program wrote them.
    """

    async def run_tests(
        self,
        files: Mapping[str, str],
        *,
        harmless: bool = False,
        loopback: bool = False,
        toolchain: Toolchain | None = None,
    ) -> RunReport:
        """Run the unit tests in the files, as the function `run_tests` does."""

    async def run_acceptance(
        self,
        product: Mapping[str, str],
        tests: Mapping[str, str],
        entry_point: str,
        *,
        harmless: bool = False,
        toolchain: Toolchain | None = None,
    ) -> RunReport:
        """Run acceptance tests on a product, as the function `run_acceptance` does."""

    async def check_acceptance(
        self,
        tests: Mapping[str, str],
        product_stub: Mapping[str, str] = STUB,
        entry_point: str = STUB_ENTRY_POINT,
        *,
        harmless: bool = False,
    ) -> AcceptanceCheck:
        """Check that every acceptance test is found, and fails on a product that does nothing."""
        run = await self.run_acceptance(product_stub, tests, entry_point, harmless=harmless)
        return AcceptanceCheck(tuple(problems(run)), run)
