"""No test finds what an earlier one, or the product, left behind, and nothing that a command starts outlives it."""

import asyncio
from collections.abc import Mapping
from textwrap import indent

import pytest

from sandbox import run_tests
from tests.sandbox.faked_passes import HEAD
from tests.sandbox.levels import LEVELS, LIMITS, linux_only
from tests.sandbox.products import HOSTILE, drive, one_test

pytestmark = linux_only


def two_tests(spoil: str, as_it_was: str) -> str:
    """Return a file whose first test spoils everything, and whose second one finds everything as it was."""
    return f"""\
{HEAD}
class It(unittest.TestCase):
    def test_1_spoils(self):
{indent(spoil, " " * 8)}
    def test_2_finds_all_as_it_was(self):
        for _ in range(2):
{indent(as_it_was, " " * 12)}
            for folder in os.environ["TMPDIR"], "/dev/shm":
                try: self.assertEqual(os.listdir(folder), [])
                except OSError: self.assertEqual(folder, "/dev/shm")
            with self.assertRaises(ChildProcessError): os.waitpid(-1, os.WNOHANG)
            time.sleep(0.05)
"""


SPOILING: Mapping[str, str] = {
    "closes the doors": "os.mkdir('x'); os.mkdir('x/y'); os.chmod('x/y', 0); os.chmod('x', 0); os.chmod('.', 0)",
    "leaves files": """\
for folder in os.environ["TMPDIR"], "/dev/shm", ".":
    try: os.makedirs(folder + "/a/b"); open(folder + "/left", "w").close()
    except OSError: pass
""",
    "leaves processes": """\
HOME = os.getcwd()
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True:
            for path in "left", "package/part.py":
                try: open(HOME + "/" + path, "w").write("VALUE = 2\\n")
                except OSError: pass
            if os.fork() == 0: os._exit(0)
            os.wait()
time.sleep(0.05)
""",
}
SPOILING_FILES: Mapping[str, str] = {
    "writes over it, and hides when": """\
before = os.stat("package/part.py")
open("package/part.py", "w").write("VALUE = 2\\n")
os.utime("package/part.py", ns=(before.st_atime_ns, before.st_mtime_ns))
""",
    "removes it": "os.remove('package/part.py')",
    "puts a link in its place": "os.rename('package', 'other'); os.symlink('other', 'package')",
    "adds to it": "open('package/more.py', 'w').close(); os.mkdir('deeper'); open('deeper/x.py', 'w').close()",
}

FILES = {"tests/__init__.py": "", "package/__init__.py": "", "package/part.py": "VALUE = 1\n"}
ORIGINAL_FILES = f"""\
found = {{path: open(path).read() for path in glob.glob("**", recursive=True) if os.path.isfile(path)}}
self.assertEqual(set(found), {{*{set(FILES)!r}, "tests/test_it.py"}})
self.assertEqual(found["package/part.py"], "VALUE = 1\\n")
from package.part import VALUE
self.assertEqual(VALUE, 1)
"""


@pytest.mark.parametrize("without", LEVELS)
async def test_each_unit_test_starts_with_the_original_files(without: tuple[str, ...]) -> None:
    for name, spoil in {**SPOILING, **SPOILING_FILES}.items():
        run = await run_tests({**FILES, "tests/test_it.py": two_tests(spoil, ORIGINAL_FILES)}, LIMITS, without)
        assert run.passed, (name, run)


EMPTY_FOLDER = """\
import product
self.assertEqual(os.listdir(product.folder), [])
self.assertEqual(product.call("shortlinks.core:value"), 1)
"""


@pytest.mark.parametrize("without", LEVELS)
async def test_an_acceptance_test_finds_nothing_of_what_the_product_did_in_another(without: tuple[str, ...]) -> None:
    spoils = [f"import product\nprint(product.run(stdin={spoil!r}))" for spoil in SPOILING.values()]
    tests = [{"test_it.py": two_tests(spoil, EMPTY_FOLDER)} for spoil in spoils]
    runs = await asyncio.gather(*(drive(each, without, HOSTILE) for each in tests))
    for name, run in zip(SPOILING, runs, strict=True):
        assert run.passed, (name, run)


DAEMONS = """\
import signal
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            open("alive", "a").write("x")
            time.sleep(0.005)
while not os.path.exists("alive"): time.sleep(0.01)
print("started")
"""


async def test_what_a_command_leaves_running_ends_with_it() -> None:
    body = f"""\
import time
started = time.monotonic()
for _ in range(2): self.assertEqual(product.run(stdin={DAEMONS!r}).out, "started\\n")
self.assertLess(time.monotonic() - started, 8)
alive = product.folder / "alive"
before = alive.read_text()
time.sleep(0.1)
self.assertEqual(alive.read_text(), before)
with self.assertRaises(ChildProcessError): os.waitpid(-1, os.WNOHANG)
"""
    run = await drive({"test_it.py": one_test(body)}, (), HOSTILE)
    assert run.passed, (run.details, run.output)


async def test_a_commands_end_spares_other_commands() -> None:
    body = """\
import threading
codes = []
def slow(): codes.append(product.run(stdin="time.sleep(1)").code)
threads = [threading.Timer(0.2, slow) for _ in range(3)]
for each in threads: each.start()
product.run(stdin="time.sleep(0.6)\\nif os.fork() == 0: os.setsid(); time.sleep(9)")
for each in threads: each.join()
self.assertEqual(codes, [0, 0, 0])
"""
    run = await drive({"test_it.py": one_test(body)}, (), HOSTILE)
    assert run.passed, (run.details, run.output)
