"""How much of the sandbox the tests run with, and within what limits."""

import os

import pytest

from sandbox import Limits

LIMITS = Limits(seconds=60, memory_of_all=256 * 1024 * 1024)

LEVELS = [(), ("namespaces",)]
"""Parts to leave out: none, or what is often unavailable in a container."""

linux_only = pytest.mark.skipif(os.uname().sysname != "Linux", reason="only Linux can confine processes")
