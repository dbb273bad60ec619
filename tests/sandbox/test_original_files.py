"""No test finds what an earlier one left behind."""

from collections.abc import Mapping
from textwrap import indent

import pytest

from sandbox import run_tests
from tests.sandbox.faked_passes import HEAD
from tests.sandbox.levels import LEVELS, LIMITS, linux_only

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
async def test_each_test_starts_with_the_original_files(without: tuple[str, ...]) -> None:
    for name, spoil in SPOILING.items():
        test = FRESH.replace("        ACTION", indent(spoil, " " * 8))
        package = {"package/__init__.py": "", "package/part.py": "VALUE = 1\n"}
        run = await run_tests({"tests/__init__.py": "", "tests/test_it.py": test, **package}, LIMITS, without)
        assert run.passed, (name, run)
