"""Nobody can change a product's files: neither the product, nor a test, nor their owner."""

import asyncio
import os
import shutil
import subprocess
import sys

import pytest

from tests.checkout import CHECKOUT
from tests.sandbox.levels import LEVELS, linux_only
from tests.sandbox.products import HOSTILE, drive, one_test

pytestmark = linux_only

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
    run = await drive({"test_it.py": UNCHANGED}, without, HOSTILE)
    assert run.passed, (run.details, run.output)


FOLDERS = '[os.getcwd(), os.environ["HOME"], os.environ["TMPDIR"], "/dev/shm", "/", "/etc", "/product", "/runner"]'
MARK = f"""\
for folder in {FOLDERS}:
    for mark in (
        lambda: os.setxattr(folder, "user.seen", b"1"),
        lambda: os.utime(folder, (7, 7)),
        lambda: os.chmod(folder, 0o711),
        lambda: os.mkdir(f"{{folder}}/left"),
        lambda: open(f"{{folder}}/left/it", "w").close(),
    ):
        try: mark()
        except OSError: pass
"""
LOOK = f"""\
for folder in {FOLDERS}:
    try: named = os.listxattr(folder)
    except OSError: named = []
    try: listed = os.listdir(folder)
    except OSError: listed = []
    if "user.seen" in named or "left" in listed or os.path.exists(folder) and os.stat(folder).st_mtime == 7:
        print("MARKED", folder, named, listed)
    if os.path.exists(folder) and os.stat(folder).st_mode & 0o777 == 0o711: print("MODE", folder)
"""
MARKED = f"""\
import product, unittest
class It(unittest.TestCase):
    def test_1_marks(self): self.assertEqual(product.run(stdin={MARK!r}), (0, "", ""))
    def test_2_finds_no_mark(self): self.assertEqual(product.run(stdin={LOOK!r}), (0, "", ""))
"""


@pytest.mark.parametrize("without", [*LEVELS, ("landlock",)])
async def test_a_product_leaves_itself_no_message(without: tuple[str, ...]) -> None:
    run = await drive({"test_it.py": MARKED}, without, HOSTILE)
    assert run.passed, (run.details, run.output)


SEEN = """\
import json, sys
print(json.dumps([sys.argv, os.getcwd(), dict(os.environ), os.listdir(".")]))
"""


async def test_a_product_is_not_told_that_it_is_tested() -> None:
    body = f"""\
import json, re
seen = product.run(stdin={SEEN!r})
self.assertIsNone(re.search("test|botarmy|accept|runner", seen.out, re.IGNORECASE), seen.out)
arguments, folder, environment, listed = json.loads(seen.out)
self.assertEqual((len(arguments), listed), (1, []))
"""
    run = await drive({"test_it.py": one_test(body)}, (), HOSTILE)
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
    tests = {"test_it.py": UNCHANGED, "test_marks.py": MARKED}
    text = DRIVER.replace("CHECKOUT", repr(str(CHECKOUT))).replace("FILES", repr((HOSTILE, tests)))
    done = await asyncio.to_thread(
        subprocess.run, [*nobody, python, "-P", "-B", "-c", text], capture_output=True, text=True
    )
    assert done.stdout.startswith("True user: the worker's own, without capabilities files: isolated (own root) "), done
