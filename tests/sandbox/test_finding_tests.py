"""What the runner finds in the source: a test that may run is run, and no source is too deep to be looked into."""

from __future__ import annotations

import ast

import pytest

from crew.model import written_tests
from sandbox import run_tests
from sandbox.runner.discovery import discover
from sandbox.runner.statements import statements
from tests.sandbox.levels import LIMITS

CASE = "import unittest\nclass It(unittest.TestCase):\n    def test(self): self.fail()\n"
DEPTH = 1100

MAY_RUN = {
    "typing": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pytest\n",
    "typing module": "import typing\nif typing.TYPE_CHECKING:\n    import pytest\n",
    "import error": "try:\n    import pytest\nexcept ImportError:\n    pytest = None\n",
    "not found": "try:\n    import pytest\nexcept (KeyError, ModuleNotFoundError):\n    pytest = None\n",
    "any": "try:\n    import pytest\nexcept Exception:\n    pytest = None\n",
    "bare": "try:\n    from pytest import raises\nexcept:\n    raises = None\n",
    "suppressed": "import contextlib\nwith contextlib.suppress(ImportError):\n    import pytest\n",
    "in a function": "def later():\n    import pytest\n",
    "nested": "try:\n    try:\n        import pytest\n    finally:\n        pass\nexcept ImportError:\n    pass\n",
}
CANNOT_RUN = {
    "first": "import pytest\n",
    "of a package": "from _x import y\nfrom pytest.mark import skip\n",
    "another error": "try:\n    import pytest\nexcept (KeyError, ValueError):\n    pass\n",
    "finally": "try:\n    pass\nexcept ImportError:\n    pass\nfinally:\n    import pytest\n",
}


@pytest.mark.parametrize("imports", MAY_RUN.values(), ids=MAY_RUN.keys())
@pytest.mark.parametrize("path", ["tests/test_it.py", "tests/shared.py"])
def test_a_test_whose_module_can_be_imported_without_pytest_is_run(imports: str, path: str) -> None:
    files = {"tests/test_it.py": f"import tests.shared\n{CASE}", "tests/shared.py": ""}
    files[path] = imports + files[path]
    found = discover(files)
    assert ([test.name for test in found.tests], found.need_pytest) == (["tests.test_it.It.test"], [])


@pytest.mark.parametrize("imports", CANNOT_RUN.values(), ids=CANNOT_RUN.keys())
@pytest.mark.parametrize("path", ["tests/test_it.py", "tests/shared/inner.py", "tests/shared/__init__.py"])
def test_a_test_whose_module_cannot_be_imported_without_pytest_needs_it(imports: str, path: str) -> None:
    files = {"tests/test_it.py": f"import tests.shared.inner\n{CASE}", "tests/shared/inner.py": ""}
    files[path] = imports + files.get(path, "")
    found = discover(files)
    assert (found.tests, found.need_pytest) == ([], ["tests.test_it.It.test"])


async def test_a_failing_test_beside_an_optional_import_of_pytest_fails_the_run() -> None:
    run = await run_tests(
        {"tests/test_it.py": f"{MAY_RUN['import error']}{CASE}", "test_ok.py": "def test_a(): 0"}, LIMITS
    )
    assert (run.passed, run.ran, run.need_pytest) == (False, 2, 0)


async def test_mocks_are_arguments_that_no_fixture_supplies() -> None:
    functions = {
        "patch": "@patch('os.getcwd')\ndef test_patch(cwd): assert cwd is os.getcwd",
        "two": "@mock.patch('os.getcwd')\n@mock.patch.object(os, 'sep')\ndef test_two(sep, cwd): assert os.sep is sep",
        "new": "@patch('os.sep', new='x')\n@patch.dict(os.environ, A='1')\ndef test_new(): assert os.sep == 'x'",
        "default": "@patch('os.sep', mock.DEFAULT)\ndef test_default(sep): assert os.sep is sep",
        "keyword": "@patch.multiple(os, sep=mock.DEFAULT)\ndef test_keyword(sep): assert os.sep is sep",
        "own": "def own(f): return lambda: f(1)\n@own\ndef test_own(one): assert one == 2",
        "fixture": "@patch('os.getcwd')\ndef test_fixture(cwd, tmp_path): pass",
        "file": "@patch.object(os, 'sep', 'x')\ndef test_file(tmp_path): pass",
        "skipped": "@unittest.skipIf(False, 'no')\ndef test_skipped(tmp_path): pass",
        "waits": "@patch('os.getcwd')\nasync def test_waits(cwd): pass",
    }
    head = "import os, unittest\nfrom unittest import mock\nfrom unittest.mock import patch\n"
    run = await run_tests({"test_it.py": head + "\n".join(functions.values())}, LIMITS)
    outcomes = {name.removeprefix("test_it.test_"): outcome for name, outcome in run.outcomes}
    assert outcomes == {
        **dict.fromkeys(("patch", "two", "new", "default", "keyword"), "passed"),
        "own": "failed",
        **dict.fromkeys(("fixture", "file", "skipped", "waits"), "needs pytest"),
    }, run.output


async def test_alternatives_are_not_replaced_tests() -> None:
    source = """
try:
    import missing
    def test_a(): assert False
except ImportError:
    def test_a(tmp_path=1): pass
if True:
    def test_b(): pass
else:
    def test_b(fixture): pass
"""
    run = await run_tests({"test_it.py": source}, LIMITS)
    assert run.outcomes == (("test_it.test_a", "passed"), ("test_it.test_b", "passed"))
    twice = "if True:\n    def test_a(): pass\n    def test_a(): pass\n    class A:\n        def test(self): pass\n"
    found = discover({"test_it.py": f"{twice}    class A:\n        def test(self): pass\n"})
    assert set(found.never_run) == {"test_it.test_a (the first)", "test_it.A (the first)"}


DEEP = {
    "imports": {f"m{each}.py": f"import m{each + 1}\n" for each in range(DEPTH)} | {"test_it.py": f"import m0\n{CASE}"},
    "condition": {"test_it.py": f"if {'+'.join('1' * DEPTH)}:\n    pass\n{CASE}"},
    "alternatives": {"test_it.py": "if 0:\n    pass\n" + "elif 0:\n    pass\n" * 1200 + CASE},
    "base": {"test_it.py": f"{CASE}class B({'+'.join('1' * DEPTH)}):\n    def test_b(self): pass\n"},
    "dots": {"test_it.py": f"{CASE}class B({'.'.join('a' * DEPTH)}):\n    def test_b(self): pass\n"},
    "decorator": {"test_it.py": f"{CASE}@a{'.b' * DEPTH}\ndef test_f(x): pass\n"},
    "assertion": {"test_it.py": f"{CASE}def test_f():\n    assert 1 == {'+'.join('1' * DEPTH)}\n"},
}


@pytest.mark.parametrize("files", DEEP.values(), ids=DEEP.keys())
def test_no_source_is_too_deep_to_be_looked_into(files: dict[str, str]) -> None:
    assert "test_it.It.test" in [test.name for test in discover(files).tests]
    assert "test_it.py:It.test" in written_tests.tests_in(files)
    assert written_tests.Baseline(files).weakened_tests({**files, "test_it.py": ""})


def test_statements_are_in_the_order_of_the_source() -> None:
    source = "if a:\n 1\n if b:\n  2\nelse:\n 3\ntry:\n 4\nexcept E:\n 5\nelse:\n 6\nfinally:\n 7\n"
    source += "match a:\n case 1:\n  8\n9"
    values = [each.value for each in statements(ast.parse(source).body) if isinstance(each, ast.Expr)]
    assert [ast.literal_eval(each) for each in values] == list(range(1, 10))
