"""A product cannot make an acceptance test pass, or read one."""

from collections.abc import Mapping

import pytest

from tests.sandbox.levels import LEVELS, linux_only
from tests.sandbox.products import HOSTILE, drive, one_test

pytestmark = linux_only

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
for pid in range(max(1, PARENT - 5), PARENT):
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
    run = await drive({**tests, "test_z.py": fine}, without, HOSTILE)
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
    run = await drive({"test_it.py": one_test(body), "test_other.py": other + one_test(body)}, without, HOSTILE)
    assert run.passed, (run.details, run.output)
