"""How much of the sandbox the tests run with."""

import os

import pytest

LEVELS = [(), ("namespaces",)]
"""Parts to leave out: none, or what is often unavailable in a container."""

linux_only = pytest.mark.skipif(os.uname().sysname != "Linux", reason="only Linux can confine processes")
