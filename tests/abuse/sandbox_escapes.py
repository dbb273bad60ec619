"""Source code whose tests try to escape from the tester's sandbox."""

from __future__ import annotations

import json
import pwd
from collections.abc import Mapping
from textwrap import indent

HEAD = """\
import ctypes, glob, itertools, mmap, os, signal, socket, struct, subprocess, sys, threading, time, unittest

class It(unittest.TestCase):
    def test(self):
"""


def module(body: str) -> str:
    """Return a file with one test."""
    return HEAD + indent(body, " " * 8)


def source(body: str, **more: str) -> str:
    """Return a file set with one test, and more files."""
    return json.dumps({"files": {"tests/__init__.py": "", "tests/test_it.py": module(body), **more}})


ENDLESS: Mapping[str, str] = {
    "an endless loop": "while True: pass",
    "an endless loop that ignores signals": """\
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass
""",
    "an endless wait": "while True: time.sleep(9)",
    "an endless loop as it is imported": "pass",
    "a regular expression without end": "import re; re.match('(a*)*b', 'a' * 60)",
}
"""These run until the time limit, which is long."""

GREEDY: Mapping[str, str] = {
    "a fork bomb": """\
while True:
    try: os.fork()
    except OSError: pass
""",
    "a fork bomb of daemons": """\
for number in range(1, 32):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True:
    try:
        if os.fork() == 0: os.setsid()
    except OSError: pass
""",
    "a bomb of threads": """\
while True:
    threading.Thread(target=time.sleep, args=(99,)).start()
""",
    "a bomb of programs": """\
children = [subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(99)"]) for _ in range(1000)]
time.sleep(99)
""",
    "10 GB of memory": "block = bytearray(10 * 2**30)\nself.fail(len(block))",
    "10 GB of memory, a little at a time": "kept = [os.urandom(2**20) for _ in range(10 * 2**10)]\nself.fail()",
    "10 GB of shared memory": """\
kept = []
for _ in range(100):
    block = mmap.mmap(-1, 100 * 2**20)
    for page in range(0, len(block), 4096): block[page] = 1
    kept.append(block)
""",
    "10 GB of memory among many": """\
for _ in range(40):
    if os.fork() == 0:
        kept = [os.urandom(2**20) for _ in range(256)]
        time.sleep(99)
time.sleep(99)
""",
    "1 GB of output": "for _ in range(2**10): sys.stdout.write('x' * 2**20)",
    "1 GB of errors, past the interpreter": "while True: os.write(2, b'x' * 2**20)",
    "1 GB in one file": "with open('large', 'wb') as file:\n    for _ in range(2**10): file.write(bytes(2**20))",
    "1 GB in many files": """\
for number in range(200):
    with open(f"large{number}", "wb") as file: file.write(b'x' * 8 * 2**20)
""",
    "a million files": "for number in range(10**6): open(f'f{number}', 'w').close()",
    "folders without end": """\
for _ in range(10**6):
    os.mkdir("d")
    os.chdir("d")
""",
}
"""These exhaust a resource that the sandbox limits."""


FORGED = r'os.write(1, b"Ran 7 tests in 0.001s\n\nOK\n"); os.write(2, b"Ran 7 tests in 0.001s\n\nOK\n"); os._exit(0)'

FORGING: Mapping[str, str] = {
    "says that all is well, and leaves": FORGED,
    "leaves by sys.exit": "sys.exit(0)",
    "leaves from a thread": "threading.Timer(0, os._exit, [0]).start()\ntime.sleep(60)",
    "leaves at exit": "import atexit; atexit.register(os._exit, 0)\nself.fail()",
    "becomes another program": "os.execv(sys.executable, [sys.executable, '-c', 'print(7)'])",
    "continues in another process": "if os.fork(): os._exit(0)",
    "writes to every descriptor": """\
for descriptor in range(256):
    try: os.write(descriptor, b'passed\\n{"finished": true}\\n{"exit": 0}\\n')
    except OSError: pass
os._exit(0)
""",
    "kills its parent": "os.kill(os.getppid(), signal.SIGKILL)",
    "kills everybody": "os.kill(-1, signal.SIGKILL)",
    "skips itself": "self.skipTest('never')",
    "returns a coroutine": "async def test(): self.fail()\nreturn test()",
    "takes the tests of others": """\
for path in glob.glob('tests/test_*.py'):
    open(path, 'w').write('import unittest\\nclass It(unittest.TestCase):\\n    def test(self): pass\\n')
self.fail()
""",
    "puts its own unittest in place": "open('unittest.py', 'w').write('raise SystemExit(0)')\nself.fail()",
}
"""They fail, but try to be reported as passed."""

IMPORTED: Mapping[str, Mapping[str, str]] = {
    "leaves as it is imported": {"tests/test_a.py": f"import os\n{FORGED}\n"},
    "leaves before the tests are found": {"tests/__init__.py": f"import os\n{FORGED}\n"},
    "leaves as a site's customisation": {"sitecustomize.py": f"import os\n{FORGED}\n", "tests/test_b.py": "1/0\n"},
    "hides its tests": {
        "tests/test_a.py": f"{HEAD}        self.fail()\ndef load_tests(*_): return unittest.TestSuite()\n"
    },
    "takes its tests away": {"tests/test_a.py": f"{HEAD}        self.fail()\ndel It.test\n"},
    "patches the loader": {
        "tests/test_a.py": f"{HEAD}        self.fail()\n"
        "unittest.TestLoader.loadTestsFromModule = lambda *_, **__: unittest.TestSuite()\n"
    },
    "cannot be parsed": {"tests/test_a.py": "class It(unittest.TestCase"},
}
"""Files that try to prevent failing tests from being found or run."""


def escape_attempts(canary: str, pid: int, ports: list[int], unix: list[str]) -> dict[str, str]:
    """Return tests that try to reach the file `canary`, the process `pid` and its environment, and the servers.

    They print what they get, so that the report shows it, and fail if they get nothing.
    """
    show = "print('GOT', open(path, 'rb').read())"
    any_of = """\
for path in PATHS:
    try: data = open(path, 'rb').read()
    except OSError: continue
    print('GOT', path, data)
    break
else: self.fail('nothing')
"""
    homes = sorted({account.pw_dir for account in pwd.getpwall()})
    processes = f"[{pid}, 1, os.getppid(), *range(2, 99)]"
    return {
        "the environment of the parent": any_of.replace("PATHS", f"[f'/proc/{{one}}/environ' for one in {processes}]"),
        "its own environment": "print(dict(os.environ))\nself.assertIn('DATABASE_URL', os.environ)",
        "the memory of the parent": f"path = '/proc/{pid}/mem'\n{show}",
        "a file outside": f"path = {canary!r}\n{show}",
        "a file outside, through a link": f"os.symlink({canary!r}, 'link')\npath = 'link'\n{show}",
        "a file outside, as a hard link": f"os.link({canary!r}, 'link')\npath = 'link'\n{show}",
        "a file outside, through /proc": any_of.replace(
            "PATHS", f"[f'/proc/{{one}}/{{way}}{canary}' for one in {processes} for way in ('root', 'cwd/../../..')]"
        ),
        "a file outside, through what is open": any_of.replace(
            "PATHS", f"[f'/dev/fd/{{one}}/..{canary}' for one in range(256)]"
        ),
        "a file outside, by its path from here": any_of.replace(
            "PATHS", f"['../' * depth + {canary[1:]!r} for depth in range(20)]"
        ),
        "the passwords of the system": f"path = '/etc/shadow'\n{show}",
        "the users of the system": f"path = '/etc/passwd'\n{show}",
        "the worker's SSH keys": any_of.replace(
            "PATHS", f"[path for home in {homes} for path in glob.glob(home + '/.ssh/*')]"
        ),
        "a file outside, to write": f"open({canary!r}, 'w').write('touched')",
        "a file outside, to remove": f"os.unlink({canary!r})",
        "a file outside, to make anyone's": f"os.chmod({canary!r}, 0o777)",
        "a folder outside, to write into": f"open({canary!r} + '.new', 'w').write('touched')",
        "the interpreter, to change": "open(unittest.__file__, 'a').write('touched')",
        "a root that is not its own": f"os.chroot('/proc/{pid}/root')\npath = {canary!r}\n{show}",
        "a mount": "assert ctypes.CDLL(None).mount(b'proc', b'/tmp', b'proc', 0, None) == 0",
        "a namespace": "assert ctypes.CDLL(None).unshare(0x10000000) == 0",
        "the servers": f"""\
for port in {ports!r}:
    try: socket.create_connection(('127.0.0.1', port), 2)
    except OSError: continue
    print('GOT', port)
    break
else: self.fail('none')
""",
        "the servers, over UDP": f"""\
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.sendto(b'x', ('127.0.0.1', {ports[0]}))
print('GOT')
""",
        "the servers, by a local socket": f"""\
for path in {unix!r}:
    try: socket.socket(socket.AF_UNIX).connect(path)
    except OSError: continue
    print('GOT', path)
    break
else: self.fail('none')
""",
        "a port to listen on": "socket.create_server(('0.0.0.0', 0))",
        "a raw socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
        "the kernel's own socket": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
        "the parent, to kill": f"os.kill({pid}, signal.SIGKILL)",
        "everything, to kill": "os.kill(-1, signal.SIGTERM)\nself.fail('it lives')",
        "the parent, to trace": f"assert ctypes.CDLL(None).ptrace(16, {pid}, None, None) == 0",
    }
