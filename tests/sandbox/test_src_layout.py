"""A project whose packages are below `src`, as where it is installed before it is tested."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crew.model.toolchains import entry_point
from crew.model.workspace import Workspace
from crew.model.written_tests import need_pytest
from sandbox import run_acceptance, run_tests
from sandbox.runner.modules import own_modules, source_folders
from sandbox.toolchain import python
from tests.sandbox.levels import LIMITS, linux_only

FILES: Mapping[str, str] = {
    "pyproject.toml": "[project]\nname = 'sums'\nversion = '1'\n",
    "src/sums/__init__.py": "def add(a, b):\n    return a + b\n",
    "src/sums/__main__.py": "import sys\nfrom sums import add\n\nprint(add(int(sys.argv[1]), int(sys.argv[2])))\n",
    "src/sums/cases.py": "import unittest\n\nclass Case(unittest.TestCase):\n    pass\n",
    "tests/test_sums.py": "from sums import add\n\n\ndef test_r1_adds():\n    assert add(1, 2) == 3\n",
    "tests/unit/test_case.py": "from sums.cases import Case\n\nclass It(Case):\n    def test_r2(self):\n        pass\n",
}
ACCEPTANCE = """\
import product, unittest

class Adds(unittest.TestCase):
    def test_r1(self):
        '''R1'''
        self.assertEqual(product.run("1", "2").out, "3\\n")
        self.assertEqual(product.call("sums:add", 1, 2), 3)
"""


@linux_only
async def test_its_tests_and_its_command_find_its_packages() -> None:
    run = await run_tests(FILES, LIMITS)
    assert run.passed, run
    assert [name for name, _ in run.outcomes] == ["tests.test_sums.test_r1_adds", "tests.unit.test_case.It.test_r2"]
    run = await run_acceptance(FILES, {"test_sums.py": ACCEPTANCE}, "sums", LIMITS)
    assert run.passed, run


@linux_only
async def test_a_package_named_src_hides_nothing() -> None:
    files = {
        "src/__init__.py": "",
        "src/sums/__init__.py": "",
        "src/json.py": "x = 1\n",
        "tests/test_src.py": "import json\nfrom src.json import x\n\ndef test_it():\n    assert json.dumps(x) == '1'\n",
    }
    run = await run_tests(files, LIMITS)
    assert run.passed, run


def test_the_coder_may_import_what_is_below_src() -> None:
    assert Workspace(FILES).missing_imports() == {}
    assert need_pytest(FILES) == 0
    assert entry_point(None, FILES, python()) == "sums"


@pytest.mark.parametrize("paths", [{"src/main.py"}, {"src/__init__.py", "src/a/__init__.py"}, {"a/src/b/__init__.py"}])
def test_what_is_no_src_layout_is_searched_from_the_root_alone(paths: set[str]) -> None:
    assert source_folders(paths) == []
    assert own_modules(paths) == {path.split("/")[0] for path in paths}
