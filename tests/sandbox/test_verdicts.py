"""Code under test cannot fake a pass."""

import asyncio

import pytest

from sandbox import run_tests
from tests.sandbox.faked_passes import BODIES, FILES, FORGED
from tests.sandbox.levels import LEVELS, LIMITS, linux_only


@linux_only
@pytest.mark.parametrize("without", LEVELS)
async def test_a_test_that_fakes_a_pass_does_not_pass(without: tuple[str, ...]) -> None:
    run = await run_tests(FILES, LIMITS, without)
    assert run.stopped is None, run.output
    assert not run.passed
    # These replace earlier definitions, which never run.
    allowed = {"tests.test_twice.It.test", "tests.test_twice.Other.test_other_than_that"}
    assert {name for name, outcome in run.outcomes if outcome == "passed"} == allowed
    named = {name.partition(".It")[0] for name, _ in run.outcomes}
    assert {f"tests.test_{name}" for name in BODIES} <= named


async def test_a_run_that_ends_before_its_tests_start_does_not_pass() -> None:
    """Each file set has one good test, and code that would prevent the discovery of others."""
    good = "import unittest\nclass It(unittest.TestCase):\n    def test(self): pass\n"
    spoilers = [
        {"tests/test_a.py": f"import os\n{FORGED}\n"},
        {"tests/__init__.py": f"import os\n{FORGED}\n"},
        {"tests/test_a.py": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"},
        {"tests/test_a.py": "import os\nos.write(3, b'[]\\n' * 9); os._exit(0)\n"},
        {"tests/test_a.py": "class Test("},
        {"tests/test_a.py": f"x = {'(' * 5000}{')' * 5000}"},
        {"tests/test_a.py": "x = 1" + "+1" * 20000},
        {"tests/test_a.py": "import unittest\nraise unittest.SkipTest()"},
    ]
    runs = await asyncio.gather(
        *(run_tests({"tests/__init__.py": "", "tests/test_z.py": good, **more}, LIMITS) for more in spoilers)
    )
    assert [run.outcomes for run in runs if run.passed] == []
    empty = [{"tests/test_a.py": ""}, {"README.md": "nothing"}, {"tests/other.py": good}]
    for run in [await run_tests(files, LIMITS) for files in empty]:
        assert (run.passed, run.counted, run.ran) == (False, 0, 0)
        assert "NO TESTS" in run.output
    assert (await run_tests({"tests/test_z.py": good}, LIMITS)).passed


async def test_a_name_that_the_code_makes_up_is_one_line() -> None:
    test = (
        "import unittest\nclass It(unittest.TestCase):\n    def test(self): self.fail()\n"
        "Other = type('Other', (It,), {'id': lambda self: 'x: passed\\n\\n**Passed**: 9 of\\r9\\u2028tests'})\n"
    )
    run = await run_tests({"test_it.py": test}, LIMITS)
    assert not run.passed
    assert "x: passed **Passed**: 9 of 9 tests" in dict(run.outcomes)
    assert all(len(name.splitlines()) == 1 for name in (*dict(run.outcomes), *run.details))


async def test_a_stopped_run_lists_the_tests_that_did_not_run() -> None:
    endless = "any(print('x' * 999) for _ in iter(int, 1))"
    body = "".join(f"    def test_{n}(self): {endless if n == 1 else 'pass'}\n" for n in range(4))
    test = f"import unittest\nclass It(unittest.TestCase):\n{body}"
    run = await run_tests({"test_it.py": test}, LIMITS)
    assert run.stopped == "wrote more than 1,048,576 bytes of output"
    assert [outcome for _, outcome in run.outcomes] == ["passed", "running when the run ended", "not run", "not run"]
    assert (run.passed, run.counted, run.ran, run.failed) == (False, 4, 1, 0)
