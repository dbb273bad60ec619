"""Runs tests that nobody has read, without letting them out."""

from activities.agents.sandbox.launcher.order import Limits
from activities.agents.sandbox.sandbox import Sandbox
from activities.agents.sandbox.tests import TestRun, UnconfinedError, run_tests

__all__ = ["Limits", "Sandbox", "TestRun", "UnconfinedError", "run_tests"]
