"""The sandbox runs what programs usually test with."""

from collections.abc import Mapping

import pytest

from sandbox import run_tests
from tests.sandbox.levels import LEVELS, LIMITS, linux_only

ORDINARY: Mapping[str, str] = {
    "README.md": "# Ordinary",
    "src/mypackage/__init__.py": "from .core import double\n",
    "src/mypackage/core.py": "def double(x): return 2 * x\n",
    "tests/__init__.py": "import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'src'))\n",
    "tests/data/words.txt": "one two",
    "tests/base.py": """\
import unittest
class Base(unittest.TestCase):
    value = None
    def setUp(self): self.seen = [self.value]
    def test_value(self): self.assertIsNotNone(self.value)
class Mixin:
    def test_mixed_in(self): self.assertEqual(self.value, 1)
""",
    "tests/test_inherits.py": """\
from . import base
class It(base.Base): value = 1
class It2(base.Mixin, base.Base):
    value = 1
    test_value = None
""",
    "tests/test_usual.py": """\
import asyncio, contextlib, io, os, pathlib, shutil, subprocess, sys, tempfile, threading, unittest
from unittest import mock, IsolatedAsyncioTestCase as Async
from mypackage import double
def setUpModule(): global READY; READY = True
class Wrapped:
    class Inner(unittest.TestCase):
        def test_inner(self): self.assertTrue(READY)
class It(Wrapped.Inner):
    @classmethod
    def setUpClass(cls): cls.shared = 7
    def test_double(self): self.assertEqual(double(self.shared), 14)
    def test_parts(self):
        for number in range(5):
            with self.subTest(number=number): self.assertEqual(double(number), number + number)
    @mock.patch("os.getcwd", return_value="here")
    def test_patched(self, cwd): self.assertEqual(os.getcwd(), "here")
    def test_files(self):
        self.assertEqual(pathlib.Path(__file__).parent.joinpath("data/words.txt").read_text(), "one two")
        self.assertEqual(open("tests/data/words.txt").read(), "one two")
        with tempfile.TemporaryDirectory() as folder: shutil.copy2("README.md", folder)
    def test_program(self):
        self.assertEqual(subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True).stdout, b"1\\n")
    def test_threads(self):
        done = []
        thread = threading.Thread(target=done.append, args=[1]); thread.start(); thread.join()
        self.assertEqual(done, [1])
    def test_output(self):
        with contextlib.redirect_stdout(io.StringIO()) as out: print("x")
        self.assertEqual(out.getvalue(), "x\\n")
    def test_exit(self):
        with self.assertRaises(SystemExit): sys.exit(3)
    def test_logs(self):
        import logging
        with self.assertLogs(): logging.warning("x")
    if sys.platform == "win32":
        def test_here(self): self.fail()
    else:
        def test_here(self): pass
class Waits(Async):
    async def asyncSetUp(self): await asyncio.sleep(0)
    async def test_waits(self): await asyncio.wait_for(asyncio.sleep(0), 5)
if __name__ == "__main__":
    class Never(unittest.TestCase):
        def test(self): self.fail()
    unittest.main()
""",
    "tests/test_made.py": """\
import doctest, unittest
class Base(unittest.TestCase):
    def test_base(self): self.fail()
class It(Base):
    def test_base(self): pass
del Base
for number in range(3): setattr(It, f"test_made_{number}", lambda self, number=number: self.assertLess(number, 3))
def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(__import__("mypackage.core").core))
    return tests
""",
    "other/test_apart.py": "import unittest\nclass It(unittest.TestCase):\n    def test(self): pass\n",
    "mypackage_test.py": "raise SystemExit\n",
}
"""Tests that should pass."""


@linux_only
@pytest.mark.parametrize("without", LEVELS)
async def test_ordinary_tests_pass(without: tuple[str, ...]) -> None:
    run = await run_tests(ORDINARY, LIMITS, without)
    assert run.passed, (run.outcomes, run.output)
    names = {name for name, _ in run.outcomes}
    assert {"tests.test_made.It.test_made_2", "tests.test_inherits.It.test_value", "other.test_apart.It.test"} < names
    assert "tests.test_inherits.It2.test_mixed_in" in names
    assert "tests.test_inherits.It2.test_value" not in names
    assert run.counted == run.ran == 19
