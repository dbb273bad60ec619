"""Runs untrusted unit tests in a confined process and reports what the confinement could enforce."""

from sandbox.errors import SandboxError, UnconfinedError
from sandbox.launcher.protocol import Limits
from sandbox.unit_tests import Sandbox, TestRun, run_tests

__all__ = ["Limits", "Sandbox", "SandboxError", "TestRun", "UnconfinedError", "run_tests"]


def product_interface() -> str:
    return ""
