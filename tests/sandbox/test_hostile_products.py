"""A product cannot make an acceptance test pass, see a test, or change what the next test or command finds."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.conftest import CHECKOUT
from tests.sandbox.levels import LEVELS, linux_only
from tests.sandbox.products import drive, one_test

pytestmark = linux_only

PRODUCT: Mapping[str, str] = {
    "shortlinks/__init__.py": "",
    "shortlinks/__main__.py": """\
import array, ctypes, glob, os, signal, subprocess, sys, time, traceback
C = ctypes.CDLL(None, use_errno=True)
PARENT = os.getppid()
def call(name, *arguments):
    result = getattr(C, name)(*arguments)
    print(name, "GOT" if result >= 0 else "failed", result)
exec(sys.stdin.read())
""",
    "shortlinks/core.py": "VALUE = 1\ndef value(): return VALUE\ndef where(): return __file__\n",
}

FORGED = (
    b'["passed", ""]\npassed\n{"test": "test_a.It.test", "outcome": "passed", "detail": ""}\n'
    b'{"finished": true}\n{"exit": 0}\n'
)

FORGING: Mapping[str, str] = {
    "says_that_all_is_well": f"os.write(1, {FORGED!r}); os.write(2, b'Ran 7 tests in 0.001s\\n\\nOK\\n'); os._exit(0)",
    "exits_silently": "os._exit(0)",
    "kills_its_parent": "os.kill(PARENT, signal.SIGKILL)",
    "ends_its_parent": "for number in 15, 2, 1, 14, 10, 13: os.kill(PARENT, number)",
    "kills_its_parents_group": "os.killpg(os.getpgid(PARENT), signal.SIGKILL)",
    "kills_its_parents_parent": """\
for pid in range(1, PARENT):
    try: os.kill(pid, signal.SIGKILL)
    except OSError: pass
""",
    "kills_everybody": "os.kill(-1, signal.SIGKILL)",
    "writes_to_all_descriptors": f"""\
for descriptor in range(256):
    try: os.write(descriptor, {FORGED!r})
    except OSError: pass
""",
    "writes_to_the_descriptors_of_its_parent": f"""\
for path in glob.glob(f"/proc/{{PARENT}}/fd/*") + [f"/dev/fd/{{each}}" for each in range(3, 256)]:
    try: open(path, "wb").write({FORGED!r})
    except OSError: pass
for descriptor in range(256):
    try: os.write(C.syscall(438, C.syscall(434, PARENT, 0), descriptor, 0), {FORGED!r})
    except OSError: pass
""",
    "traces_its_parent": "call('ptrace', 16, PARENT, None, None); call('ptrace', 0x4206, PARENT, None, None)",
    "plants_modules": """\
patch = "import unittest\\nfor name in dir(unittest.TestCase):\\n    if name.startswith(('assert', 'fail')):\\n"
patch += "        setattr(unittest.TestCase, name, lambda *_, **__: None)\\n"
for folder in ".", os.environ["HOME"], os.environ["TMPDIR"], "/tests", os.path.dirname(shortlinks.__file__) + "/..":
    for name in "wave", "sitecustomize", "usercustomize", "product", "unittest", "test_later":
        try: open(f"{folder}/{name}.py", "w").write(patch)
        except OSError: pass
""",
    "leaves_a_daemon_that_kills": """\
if os.fork() == 0:
    os.setsid()
    for _ in range(50):
        time.sleep(0.01)
        try: os.kill(PARENT, signal.SIGINT)
        except OSError: pass
""",
}
"""What a product does in a test that must not pass."""

OBSERVED = """\
    def test(self):
        done = product.run(stdin=ATTACK)
        try: import wave
        except BaseException: pass
        self.assertIn("shortened", done.out)
"""


def observed(attack: str) -> str:
    body = OBSERVED.replace("ATTACK", repr(f"import shortlinks\n{attack}"))
    return f"import product, unittest\nclass It(unittest.TestCase):\n{body}"


@pytest.mark.parametrize("without", LEVELS)
async def test_a_product_that_forges_a_pass_does_not_get_one(without: tuple[str, ...]) -> None:
    tests = {f"test_{name}.py": observed(attack) for name, attack in FORGING.items()}
    fine = one_test("self.assertEqual(product.run(stdin='print(7)').out, '7\\n')")
    run = await drive({**tests, "test_z.py": fine}, without, PRODUCT)
    assert run.stopped is None, run.output
    assert [name for name, outcome in run.outcomes if outcome == "passed"] == ["test_z.It.test"], run.output
    assert run.counted == len(FORGING) + 1
    assert not run.passed
    assert "GOT" not in str(run.details)


SEARCH = """\
found = []
for top in "/", "..", ".", os.environ["TMPDIR"], "/sandbox", "/tests", "/runner":
    for folder, folders, files in os.walk(top):
        folders[:] = [each for each in folders if each not in ("usr", "lib", "lib64", "nix", "proc", "sys")]
        for each in files:
            path = os.path.join(folder, each)
            try:
                if b"MARK" + b"ER" in open(path, "rb").read(): found.append(path)
            except OSError: pass
print(found)
"""


@pytest.mark.parametrize("without", LEVELS)
async def test_a_product_cannot_read_a_test(without: tuple[str, ...]) -> None:
    body = f"# MARKER\nself.assertEqual(product.run(stdin={SEARCH!r}).out, '[]\\n')"
    other = f"import product\nlisted = product.run(stdin={SEARCH!r})\nif listed.out != '[]\\n': raise ValueError\n"
    run = await drive({"test_it.py": one_test(body), "test_other.py": other + one_test(body)}, without, PRODUCT)
    assert run.passed, (run.details, run.output)


CHANGES = [
    "open(core, 'a').write('VALUE = 2')",
    "open(core, 'r+').truncate()",
    "os.truncate(core, 0)",
    "os.unlink(core)",
    "os.rename(core, core + '.old')",
    "os.link(core, folder + '/linked.py')",
    "os.symlink('x', folder + '/more.py')",
    "os.mkdir(folder + '/more')",
    "os.rename(folder, folder + '.old')",
    "open(folder + '/__main__.py', 'w')",
    "open(folder + '/../json.py', 'w')",
]
CHANGE = f"""\
import shortlinks.core
core = shortlinks.core.__file__
folder = os.path.dirname(core)
for path in core, folder, os.path.dirname(folder):
    try: os.chmod(path, 0o777)
    except OSError: pass
for change in {CHANGES!r}:
    try: exec(change)
    except OSError: continue
    print("CHANGED", change)
"""
UNCHANGED = f"""\
import os, product, unittest
class It(unittest.TestCase):
    def unchanged(self):
        self.assertEqual(product.call("shortlinks.core:value"), 1)
        folder = os.path.dirname(product.call("shortlinks.core:where"))
        self.assertEqual(sorted(os.listdir(folder)), ["__init__.py", "__main__.py", "core.py"])
        self.assertEqual(os.listdir(folder + "/.."), ["shortlinks"])
    def test_1_by_the_product(self):
        self.assertEqual(product.run(stdin={CHANGE!r}), (0, "", ""))
        self.unchanged()
    def test_2_by_the_test(self):
        core = product.call("shortlinks.core:where")
        folder = os.path.dirname(core)
        try: os.chmod(core, 0o777)
        except OSError: pass
        for change in {CHANGES!r}:
            with self.subTest(change=change), self.assertRaises(OSError): exec(change)
        self.unchanged()
    def test_3_remains(self): self.unchanged()
"""


@pytest.mark.parametrize("without", [*LEVELS, ("landlock",)])
async def test_nobody_can_change_the_products_files(without: tuple[str, ...]) -> None:
    run = await drive({"test_it.py": UNCHANGED}, without, PRODUCT)
    assert run.passed, (run.details, run.output)


FRESH = """\
import os, product, time, unittest
class It(unittest.TestCase):
    def test_1_spoils(self):
        print(product.run(stdin=ATTACK))
    def test_2_finds_all_as_it_was(self):
        self.assertEqual(product.call("shortlinks.core:value"), 1)
        for folder in product.folder, os.environ["TMPDIR"], "/dev/shm":
            try: self.assertEqual(os.listdir(folder), [])
            except PermissionError: self.assertEqual(folder, "/dev/shm")
        time.sleep(0.05)
        self.assertEqual(os.listdir(product.folder), [])
        with self.assertRaises(ChildProcessError): os.waitpid(-1, os.WNOHANG)
"""
SPOILING: Mapping[str, str] = {
    "changes its files": CHANGE,
    "leaves files": """\
for folder in os.environ["TMPDIR"], "/dev/shm", ".":
    try: os.makedirs(folder + "/a/b"); open(folder + "/left", "w").close()
    except OSError: pass
""",
    "closes the doors": "os.mkdir('x'); os.mkdir('x/y'); os.chmod('x/y', 0); os.chmod('x', 0); os.chmod('.', 0)",
    "leaves processes": """\
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True:
            try: open("left", "w").close()
            except OSError: pass
            if os.fork() == 0: os._exit(0)
            os.wait()
time.sleep(0.05)
""",
}


@pytest.mark.parametrize("without", LEVELS)
async def test_a_test_finds_nothing_of_what_the_product_did_in_another(without: tuple[str, ...]) -> None:
    tests = [{"test_it.py": FRESH.replace("ATTACK", repr(spoil))} for spoil in SPOILING.values()]
    runs = await asyncio.gather(*(drive(each, without, PRODUCT) for each in tests))
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
time.sleep(0.1)
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
    run = await drive({"test_it.py": one_test(body)}, (), PRODUCT)
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
    run = await drive({"test_it.py": one_test(body)}, (), PRODUCT)
    assert run.passed, (run.details, run.output)


DRIVER = """\
import asyncio, sys
sys.path.insert(0, CHECKOUT)
from sandbox import run_acceptance
product, tests = FILES
run = asyncio.run(run_acceptance(product, tests, "shortlinks", without=["landlock"]))
print(run.passed, *run.isolation, run.details, run.output)
"""


async def test_the_products_owner_cannot_change_its_files_either() -> None:
    """A worker that is not root and has no Landlock runs the product as the user that its files belong to."""
    nobody = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "env", "--ignore-environment"]
    usable = f"import sys; assert sys.version_info >= (3, 11); open({__file__!r})"
    pythons = [sys.executable, "/usr/bin/python3"]
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("another user is needed")
    tried = [subprocess.run([*nobody, each, "-c", usable], capture_output=True).returncode for each in pythons]
    if 0 not in tried:
        pytest.skip("no Python that other users can run")
    python = pythons[tried.index(0)]
    text = DRIVER.replace("CHECKOUT", repr(str(CHECKOUT))).replace("FILES", repr((PRODUCT, {"test_it.py": UNCHANGED})))
    done = await asyncio.to_thread(
        subprocess.run, [*nobody, python, "-P", "-B", "-c", text], capture_output=True, text=True
    )
    assert done.stdout.startswith("True user: the worker's own, without capabilities files: isolated (own root) "), done
