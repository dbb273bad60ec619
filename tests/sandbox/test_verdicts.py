"""Code under test cannot fake a pass."""

import asyncio
from collections.abc import Mapping
from textwrap import indent

import pytest

from sandbox import Limits, run_tests
from tests.sandbox.levels import LEVELS, linux_only

LIMITS = Limits(seconds=60, memory_of_all=256 * 1024 * 1024)

HEAD = """\
import atexit, glob, gc, os, signal, socket, subprocess, sys, threading, time, unittest

"""

FORGED = 'os.write(2, b"Ran 7 tests in 0.001s\\n\\nOK\\n"); os._exit(0)'

BODIES: Mapping[str, str] = {
    "fails": "self.fail()",
    "leaves": FORGED,
    "leaves_by_sys_exit": "sys.exit(0)",
    "leaves_by_interrupt": "raise KeyboardInterrupt",
    "leaves_a_thread_to_end_it": "threading.Timer(0, os._exit, [0]).start()\ntime.sleep(60)",
    "ends_at_exit": "atexit.register(os._exit, 0)\nself.fail()",
    "goes_on_as_another_process": "if os.fork(): os._exit(0)",
    "is_another_process": "if os.fork() == 0: return\nos.wait()\nself.fail()",
    "is_another_program": 'os.execv(sys.executable, [sys.executable, "-c", "pass"])',
    "writes_to_all_descriptors": """\
for descriptor in range(256):
    for line in b"passed\\n", b'{"finished": true}\\n{"exit": 0}\\n':
        try: os.write(descriptor, line)
        except OSError: pass
os._exit(0)
""",
    "fails_after_it_wrote_to_all_descriptors": """\
for descriptor in range(3, 256):
    try: os.write(descriptor, b"passed\\n")
    except OSError: pass
self.fail()
""",
    "closes_all_descriptors": "os.closerange(0, 256)",
    "kills_its_parent": "os.kill(os.getppid(), signal.SIGKILL)",
    "stops_its_parent": "os.kill(os.getppid(), signal.SIGSTOP)",
    "kills_its_parents_group": "os.killpg(os.getppid(), signal.SIGKILL)",
    "kills_everybody": "os.kill(-1, signal.SIGKILL)",
    "kills_itself": "os.kill(os.getpid(), signal.SIGKILL)\nos.abort()",
    "kills_itself_without_a_name": "os.kill(os.getpid(), 40)",
    "is_skipped": 'self.skipTest("no time")',
    "skips_a_part": 'with self.subTest(): raise unittest.SkipTest("no time")',
    "fails_in_a_part": "with self.subTest(): self.fail()",
    "returns_what_it_should_wait_for": "async def test(): self.fail()\nreturn test()",
    "yields": "yield\nself.fail()",
    "recurses": "def again(): again()\nagain()",
    "takes_itself_away": "del type(self).test\nself.run = None\nself.fail()",
}

FILES: Mapping[str, str] = {
    "tests/__init__.py": "",
    # These names must resolve to the standard library.
    "unittest.py": "raise SystemExit(0)",
    "json.py": "raise SystemExit(0)",
    "linecache.py": "raise SystemExit(0)",
    "traceback.py": "raise SystemExit(0)",
    "sitecustomize.py": "import os; os._exit(0)",
    "usercustomize.py": "import os; os._exit(0)",
    "evil.pth": "import os; os._exit(0)",
    "conftest.py": "import os; os._exit(0)",
    "botarmy_runner/__init__.py": "import os; os._exit(0)",
    **{
        f"tests/test_{name}.py": f"{HEAD}class It(unittest.TestCase):\n    def test(self):\n{indent(body, ' ' * 8)}\n"
        for name, body in BODIES.items()
    },
    "tests/test_expected.py": """\
import unittest
class It(unittest.TestCase):
    @unittest.expectedFailure
    def test_fails(self): self.fail()
    @unittest.expectedFailure
    def test_passes(self): pass
    @unittest.skip("never")
    def test_is_skipped(self): pass
    @unittest.skipIf(True, "never")
    def test_is_skipped_for_a_reason(self): pass
    async def test_nobody_waits_for_it(self): self.fail()
""",
    "tests/test_fixtures.py": """\
import unittest
def setUpModule(): del It.test; It2.test = lambda self: None
class It(unittest.TestCase):
    def test(self): self.fail()
class It2(unittest.TestCase):
    @classmethod
    def tearDownClass(cls): raise ValueError("after it")
    def test(self): pass
class It3(unittest.TestCase):
    def setUp(self): self.addCleanup(self.fail)
    def test(self): pass
class It4(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise unittest.SkipTest("none")
    def test(self): pass
""",
    "tests/test_load.py": """\
import unittest
class It(unittest.TestCase):
    def test_fails(self): self.fail()
def load_tests(loader, tests, pattern): return unittest.TestSuite()
""",
    "tests/test_gone.py": """\
import unittest
class It(unittest.TestCase):
    def test_fails(self): self.fail()
class It2(It): pass
class It3: test_fails = 1
It = It2 = None
""",
    "tests/test_inherits.py": """\
from tests.base import Base, Mixin
import tests.base as base
import unittest
class It(Base):
    def test_own(self): self.fail()
class It2(base.Base): pass
class It3(Mixin, unittest.TestCase): pass
class It4(base.Outer.Inner): pass
""",
    "tests/base.py": """\
import unittest
class Base(unittest.TestCase):
    def test_inherited(self): self.fail()
class Mixin:
    def test_mixed_in(self): self.fail()
class Outer:
    class Inner(unittest.TestCase):
        def test_inner(self): self.fail()
""",
    "tests/test_made.py": """\
import unittest
class Meta(type):
    def __new__(cls, name, bases, body):
        body.update({f"test_{number}": lambda self: self.fail() for number in range(3)})
        return type.__new__(cls, name, bases, body)
class It(unittest.TestCase, metaclass=Meta): pass
Made = type("Made", (unittest.TestCase,), {"test_made": lambda self: self.fail()})
""",
    "tests/test_twice.py": """\
import unittest
class It(unittest.TestCase):
    def test(self): self.fail()
    def test(self): pass
class Other(unittest.TestCase):
    def test_other(self): self.fail()
class Other(unittest.TestCase):
    def test_other_than_that(self): pass
def test_function(): assert False
class TestPlain:
    def test_plain(self): assert False
""",
    "tests/test_broken.py": "import unittest\nclass It(unittest.TestCase):\n    def test(self: pass\n",
    "tests/test_raises.py": """\
import unittest
class It(unittest.TestCase):
    def test(self): pass
raise SystemExit(0)
""",
    "tests/test_skips.py": "import unittest\nraise unittest.SkipTest('all')\n",
    "tests/test_nothing.py": "import unittest\nraise ValueError\n",
    "tests/test_patches.py": """\
import unittest
unittest.TestLoader.loadTestsFromModule = lambda *_, **__: unittest.TestSuite()
unittest.TestCase.run = None
class It(unittest.TestCase):
    def test(self): self.fail()
""",
}
"""None of these tests may count as passed."""

FRESH = f"""\
{HEAD}
HOME = os.getcwd()
class It(unittest.TestCase):
    def test_1_spoils(self):
        ACTION
    def test_2_finds_all_as_it_was(self):
        found = {{path: open(path).read() for path in glob.glob("**/*.py", recursive=True)}}
        self.assertEqual(len(found), 4)
        self.assertEqual(found["package/part.py"], "VALUE = 1\\n")
        self.assertEqual(os.listdir(os.environ["TMPDIR"]), [])
        try: self.assertEqual(os.listdir("/dev/shm"), [])
        except OSError: pass
        with self.assertRaises(ChildProcessError): os.waitpid(-1, os.WNOHANG)
        from package.part import VALUE
        self.assertEqual(VALUE, 1)
"""

SPOILING: Mapping[str, str] = {
    "writes over it, and hides when": """\
before = os.stat("package/part.py")
open("package/part.py", "w").write("VALUE = 2\\n")
os.utime("package/part.py", ns=(before.st_atime_ns, before.st_mtime_ns))
""",
    "removes it": "os.remove('package/part.py'); os.rmdir('new') if os.path.exists('new') else None",
    "puts a link in its place": "os.rename('package', 'other'); os.symlink('other', 'package')",
    "adds to it": "open('package/more.py', 'w').close(); os.mkdir('deeper'); open('deeper/x.py', 'w').close()",
    "closes the doors": "os.mkdir('x'); os.mkdir('x/y'); os.chmod('x/y', 0); os.chmod('x', 0); os.chmod('.', 0)",
    "leaves files": """\
for folder in os.environ["TMPDIR"], "/dev/shm":
    try: os.makedirs(folder + "/a/b"); open(folder + "/left", "w").close()
    except OSError: pass
""",
    "leaves processes": """\
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True:
            open(HOME + "/package/part.py", "w").write("VALUE = 2\\n")
            if os.fork() == 0: os._exit(0)
            os.wait()
time.sleep(0.05)
""",
}


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


@linux_only
@pytest.mark.parametrize("without", LEVELS)
async def test_each_test_starts_with_the_original_files(without: tuple[str, ...]) -> None:
    for name, spoil in SPOILING.items():
        test = FRESH.replace("        ACTION", indent(spoil, " " * 8))
        package = {"package/__init__.py": "", "package/part.py": "VALUE = 1\n"}
        run = await run_tests({"tests/__init__.py": "", "tests/test_it.py": test, **package}, LIMITS, without)
        assert run.passed, (name, run)


async def test_a_stopped_run_lists_the_tests_that_did_not_run() -> None:
    body = "".join(f"    def test_{n}(self): {'time.sleep(99)' if n == 1 else 'pass'}\n" for n in range(4))
    test = f"import time, unittest\nclass It(unittest.TestCase):\n{body}"
    run = await run_tests({"test_it.py": test}, LIMITS._replace(seconds=1.5))
    assert run.stopped == "ran longer than 1.5 s"
    assert [outcome for _, outcome in run.outcomes] == ["passed", "running when the run ended", "not run", "not run"]
    assert (run.passed, run.counted, run.ran, run.failed) == (False, 4, 1, 0)


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
