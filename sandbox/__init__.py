"""Runs untrusted tests in a confined process and reports what the confinement could enforce."""

from sandbox.acceptance_tests import AcceptanceCheck, run_acceptance
from sandbox.errors import SandboxError, UnconfinedError
from sandbox.launcher.protocol import Limits
from sandbox.port import SandboxPort
from sandbox.product_interface import product_interface
from sandbox.run_report import RunReport
from sandbox.sandbox import Sandbox
from sandbox.unit_tests import run_tests

__all__ = [
    "AcceptanceCheck",
    "Limits",
    "RunReport",
    "Sandbox",
    "SandboxError",
    "SandboxPort",
    "UnconfinedError",
    "product_interface",
    "run_acceptance",
    "run_tests",
]
