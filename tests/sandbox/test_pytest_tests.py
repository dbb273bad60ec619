"""Tests in pytest's style: plain functions run; what only pytest runs is counted, never passes and never fails."""

from __future__ import annotations

import pytest

from sandbox import run_tests
from tests.sandbox.levels import LIMITS

PLAIN = "def test_adds():\n    assert 1 + 1 == 2\n"
NEED_PYTEST = {
    "tests/test_imports.py": f"import unittest, pytest\n{PLAIN}class It(unittest.TestCase):\n  def test(self): pass\n",
    "tests/test_fixture.py": "def test_file(tmp_path): assert tmp_path\nasync def test_waits(): assert False\n",
    "tests/test_hooks.py": f"def setup_function(): pass\n{PLAIN}",
    "tests/test_class.py": "class TestIt:\n    def test(self): assert False\n",
    "tests/through_test.py": f"from tests.shared import fixtures\n{PLAIN}",
    "tests/shared.py": "import pytest as p\nfixtures = p\n",
    "tests/auto/conftest.py": "import pytest\n@pytest.fixture(autouse=True)\ndef clean(): yield\n",
    "tests/auto/test_it.py": PLAIN,
}
NAMES = {
    "tests.test_imports.test_adds",
    "tests.test_imports.It.test",
    "tests.test_fixture.test_file",
    "tests.test_fixture.test_waits",
    "tests.test_hooks.test_adds",
    "tests.test_class.TestIt.test",
    "tests.through_test.test_adds",
    "tests.auto.test_it.test_adds",
}


async def test_plain_functions_are_run_each_by_itself() -> None:
    functions = {
        "ok": "    assert True\n",
        "default(x=1)": "    assert x\n",
        "wrong": "    assert 1 == 2, 'one is not two'\n",
        "raises": "    raise KeyError('nobody')\n",
        "skips": "    import unittest\n    raise unittest.SkipTest('later')\n",
        "yields": "    yield\n    assert False\n",
        "leaves": "    import os\n    os._exit(0)\n",
    }
    source = "".join(f"def test_{name}{'' if '(' in name else '()'}:\n{body}" for name, body in functions.items())
    run = await run_tests({"tests/test_it.py": f"{source}{PLAIN}{PLAIN}", "some_test.py": PLAIN}, LIMITS)
    outcomes = {name.removeprefix("tests.test_it.test_"): outcome for name, outcome in run.outcomes}
    assert outcomes.pop("leaves").startswith("ended")
    assert outcomes == {
        "ok": "passed",
        "default": "passed",
        "wrong": "failed",
        "raises": "error",
        "skips": "skipped",
        "yields": "error",
        "adds": "passed",
        "adds (the first)": "never runs: a second function of the same name replaces it",
        "some_test.test_adds": "passed",
    }
    assert not run.passed
    assert "one is not two" in run.details["tests.test_it.test_wrong"]


async def test_what_needs_pytest_is_counted_and_not_run() -> None:
    run = await run_tests({**NEED_PYTEST, "tests/test_it.py": PLAIN}, LIMITS)
    assert (run.passed, run.counted, run.ran, run.failed, run.need_pytest) == (True, 9, 1, 0, 8), run.output
    assert {name for name, outcome in run.outcomes if outcome == "needs pytest"} == NAMES
    assert run.not_passed == []


async def test_a_run_without_any_other_test_does_not_pass() -> None:
    run = await run_tests(NEED_PYTEST, LIMITS)
    assert (run.passed, run.ran, run.failed, run.need_pytest) == (False, 0, 0, 8)


@pytest.mark.parametrize(
    "claim",
    [
        "raise ModuleNotFoundError(\"No module named 'pytest'\")",
        "__import__('pytest')",
        'import os; os.write(3, b\'{"test": "x", "outcome": "needs pytest"}\\n\')',
    ],
)
async def test_running_code_cannot_claim_that_it_needs_pytest(claim: str) -> None:
    run = await run_tests({"tests/test_bad.py": f"{claim}\ndef test_it(): assert False\n", "test_it.py": PLAIN}, LIMITS)
    assert not run.passed
    assert run.need_pytest == 0
