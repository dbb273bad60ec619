"""Runs tests that nobody has read, without letting them out."""

from sandbox.errors import SandboxError, UnconfinedError
from sandbox.launcher.order import Limits
from sandbox.sandbox import Sandbox
from sandbox.tests import TestRun, run_tests

__all__ = ["Limits", "Sandbox", "SandboxError", "TestRun", "UnconfinedError", "run_tests"]
