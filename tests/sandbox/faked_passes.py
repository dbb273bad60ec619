"""Test files that try to look as if their tests passed."""

from collections.abc import Mapping
from textwrap import indent

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
