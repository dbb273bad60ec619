"""The sandbox reports its isolation truthfully, blocks every known way out, and refuses what it cannot confine."""

import asyncio
import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

import psutil
import pytest

from artifacts.file_sets import pack
from artifacts.media_types import FILES
from benchmarks.timing import few_at_once
from crew.rehearsal import rehearsal_agents
from models.contracts.enums import AgentType, Verdict
from sandbox import Limits, TestRun, UnconfinedError, run_tests, unit_tests
from sandbox.launcher import filesystem_view
from sandbox.launcher_process import PYTHON
from tests.conftest import CHECKOUT
from tests.crew.rehearsal_under_test import RecordingStep, T, artifact, assignment
from tests.sandbox.levels import LEVELS, linux_only

pytestmark = linux_only

UNCONFINED = ("namespaces", "landlock")
LIMITS = Limits(seconds=60)

HEAD = """\
import array, ctypes, fcntl, mmap, os, resource, signal, socket, subprocess, sys, time, unittest

C = ctypes.CDLL(None, use_errno=True)

def call(name, *arguments):
    result = getattr(C, name)(*arguments)
    if result < 0: raise OSError(ctypes.get_errno(), name)
    print("GOT", name, result)

def pair(kind=socket.SOCK_DGRAM):
    return socket.socketpair(socket.AF_UNIX, kind)[0]

class It(unittest.TestCase):
"""


def suite_of(bodies: Sequence[str]) -> dict[str, str]:
    """Return one test a body: the body must raise OSError."""
    text = "".join(
        f"    def test_{number}(self):\n        with self.assertRaises(OSError):\n{indent(body, ' ' * 12)}\n"
        for number, body in enumerate(bodies)
    )
    return {"tests/__init__.py": "", "tests/test_it.py": HEAD + text}


def assert_passed(run: TestRun, bodies: Sequence[str]) -> None:
    assert run.passed, (
        [bodies[int(n.rpartition("_")[2])] for n, outcome in run.outcomes if outcome != "passed"],
        run.output,
    )


@pytest.mark.parametrize("without", LEVELS)
async def test_no_datagram_leaves_the_sandbox(without: tuple[str, ...]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="sockets-"))
    folder.chmod(0o777)
    path, abstract = str(folder / "socket"), f"\0{folder.name}"
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as by_path,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as by_name,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        by_path.bind(path)
        Path(path).chmod(0o777)
        by_name.bind(abstract)
        udp.bind(("127.0.0.1", 0))
        bodies = [
            f"pair().sendto(b'x', {path!r})",
            f"pair().sendto(b'x', {abstract!r})",
            f"pair().sendmsg([b'x'], [], 0, {abstract!r})",
            "pair().sendmsg([b'x'])",
            "call('sendmmsg', pair().fileno(), ctypes.create_string_buffer(64), 1, 0)",
            f"pair().connect({abstract!r})",
            "pair().bind('here')",
            "pair().bind('\\0here')",
            "pair(socket.SOCK_STREAM).listen()",
            f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', {udp.getsockname()!r})",
            "socket.socket(socket.AF_UNIX)",
            "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
            "socket.socket(40, socket.SOCK_STREAM)",
            "socket.socketpair(30, socket.SOCK_STREAM)",
            "call('syscall', 425, 4, ctypes.create_string_buffer(256))",
        ]
        run = await run_tests(suite_of(bodies), LIMITS, without)
        assert_passed(run, bodies)
        for receiver in (by_path, by_name, udp):
            receiver.setblocking(False)
            with pytest.raises(BlockingIOError):
                receiver.recv(1)
    assert "network: isolated" in "\n".join(run.isolation)
    assert run.confined
    # A program's own socket pairs keep working.
    talk = "import asyncio, socket, unittest\nclass It(unittest.IsolatedAsyncioTestCase):\n    async def test(self):\n"
    talk += "        a, b = socket.socketpair()\n        a.send(b'x')\n        self.assertEqual(b.recv(1), b'x')\n"
    talk += "        await asyncio.to_thread(a.sendall, b'y')\n"
    run = await run_tests({"test_talk.py": talk}, LIMITS, without)
    assert run.passed, run.output
    (folder / "socket").unlink()
    folder.rmdir()


@pytest.mark.parametrize("without", LEVELS)
async def test_no_shared_memory_outlives_the_run_and_no_process_outside_is_changed(without: tuple[str, ...]) -> None:
    def left() -> list[str]:
        """Return the objects with this process's key or name; other test runs have their own."""
        tables = [Path(f"/proc/sysvipc/{kind}").read_text().splitlines() for kind in ("shm", "msg", "sem")]
        lines = [line for table in tables for line in table if line.split()[0] == str(key)]
        return lines + [path.name for path in Path("/dev/shm").iterdir() if str(key) in path.name]

    key = 1_000_000_000 + os.getpid()
    pid = os.getpid()
    limits = [f"({pid}, {what})" for what in ("resource.RLIMIT_NOFILE, (1, 1)", "resource.RLIMIT_CPU, (1, 1)")]
    bodies = [
        f"call('shmget', {key}, 4096, 0o1666)",
        "call('shmat', 0, None, 0)",
        f"call('msgget', {key}, 0o1666)",
        f"call('semget', {key}, 1, 0o1666)",
        f"call('mq_open', b'/{key}', 0o102, 0o666, None)",
        "os.memfd_create('x')",
        "call('memfd_secret' if hasattr(C, 'memfd_secret') else 'shmget', 0)",
        *(f"resource.prlimit{each}" for each in limits),
        f"os.setpriority(os.PRIO_PROCESS, {pid}, 19)",
        "os.setpriority(os.PRIO_USER, 0, 19)",
        f"os.sched_setaffinity({pid}, [0])",
        f"os.sched_setscheduler({pid}, os.SCHED_IDLE, os.sched_param(0))",
        f"os.kill({pid}, 0)",
        f"call('ptrace', 16, {pid}, None, None)",
        "os.kill(os.getppid(), 0)",
        "os.killpg(os.getppid(), 0)",
        "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (1, 1))",
        # The owner of a descriptor receives a signal when it is ready.
        f"fcntl.fcntl(pair(), fcntl.F_SETOWN, {pid})",
    ]
    run = await run_tests(suite_of(bodies), LIMITS, without)
    assert_passed(run, bodies)
    # POSIX shared memory works only if the run has a /dev/shm of its own.
    body = "    def test(self):\n        from multiprocessing import shared_memory\n"
    body += f"        shared_memory.SharedMemory('{key}', create=True, size=64)\n"
    run = await run_tests({"test_it.py": HEAD + body}, LIMITS, without)
    assert run.passed is (not without), run.output
    assert await asyncio.to_thread(left) == []
    assert psutil.Process().rlimit(psutil.RLIMIT_CPU)[1] != 1


async def test_a_persons_code_is_refused_where_it_cannot_be_confined(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"test_it.py": HEAD + "    def test(self): print('it runs')\n"}
    for without in (UNCONFINED, ("namespaces", "seccomp")):
        with pytest.raises(UnconfinedError, match="BOTARMY_SANDBOX=allow-unconfined"):
            await run_tests(files, LIMITS, without)
        run = await run_tests(files, LIMITS, without, unconfined=True)
        assert (run.passed, run.confined) == (True, False)
        assert "NOT ISOLATED" in "\n".join(run.isolation)

    # The crew on the same machine.
    monkeypatch.setattr(unit_tests, "run_tests", functools.partial(run_tests, without=UNCONFINED))
    source = artifact(T.SOURCE_CODE, pack(files), FILES)
    by_agent = artifact(T.SOURCE_CODE, pack(files), FILES, by_agent=True)

    async def report(role: AgentType, type: T, code: object, allow: bool) -> tuple[Verdict | None, str]:
        task = assignment(role, "any", type, inputs=(code,))  # type: ignore[arg-type]
        outcome = await rehearsal_agents(allow_unconfined=allow)[role].run(task, RecordingStep())
        return outcome.verdict, outcome.drafts[0].content.decode()

    for role, type in ((AgentType.TESTER, T.TEST_RESULTS), (AgentType.DEPLOYER, T.DEPLOYMENT_LOG)):
        with pytest.raises(UnconfinedError, match="neither namespaces nor Landlock"):
            await report(role, type, source, allow=False)
        for code, allow in ((by_agent, False), (source, True)):
            verdict, text = await report(role, type, code, allow)
            assert verdict is Verdict.PASSED
            assert "**NOT CONFINED.**" in text
            assert "files: NOT ISOLATED on this system" in text
    monkeypatch.undo()
    assert "CONFINED" not in (await report(AgentType.TESTER, T.TEST_RESULTS, source, allow=False))[1]


DRIVER = """\
import asyncio, os, sys
sys.path.insert(0, CHECKOUT)
SETUP
from sandbox import run_tests
from sandbox.launcher import kernel, seccomp
if SEALED:
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install(seccomp.Rules(signals=True, modes=True, truncating=True))
async def main():
    good = {"test_it.py": "import os, subprocess, sys, unittest\\nclass It(unittest.TestCase):\\n    def test(self):\\n"
        "        self.assertEqual(subprocess.check_output([sys.executable, '-c', 'print(7)']), b'7\\\\n')\\n"}
    bad = {"test_it.py": good["test_it.py"] + "        os._exit(0)\\n"}
    runs = await asyncio.gather(run_tests(good), run_tests(bad))
    print(*[run.passed for run in runs], *[run.confined for run in runs])
    print(*runs[0].isolation, runs[0].output, sep="\\n")
asyncio.run(main())
"""
"""A program that runs tests as a worker does: some that pass, and some that falsely claim to."""


def run_driver(
    python: str = sys.executable,
    setup: str = "",
    before: Sequence[str] = (),
    environment: Mapping[str, str] = {},
    sealed: bool = False,
) -> str:
    """Return the program's output. `before` is a command prefix, `setup` the code that it runs first.

    `sealed` denies it namespaces, as a container's seccomp filter or another sandbox would.
    """
    text = DRIVER.replace("CHECKOUT", repr(str(CHECKOUT))).replace("SETUP", setup).replace("SEALED", str(sealed))
    command = [*before, python, "-P", "-B", "-c", text]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"], **environment})
    return done.stdout + done.stderr


def can(*command: str) -> bool:
    return (
        shutil.which(command[0]) is not None and subprocess.run([*command, "true"], capture_output=True).returncode == 0
    )


async def test_the_sandbox_holds_wherever_a_worker_runs(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="d e$x%'\""))
    folder.chmod(0o755)
    deep = folder.joinpath(*["n" * 200] * 10)
    deep.mkdir(parents=True)
    (folder / "plain").mkdir()
    (folder / "plain").chmod(0o1777)
    home = f"{sys.base_prefix}:{sys.base_exec_prefix}"
    bytes_of = f"folder = os.fsencode({str(folder)!r}) + b'/\\xff'; os.mkdir(folder)"
    venv = folder / "venv"
    await asyncio.to_thread(subprocess.run, [sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    nested_venv = folder / "nested venv"
    await asyncio.to_thread(
        subprocess.run, [venv / "bin/python", "-m", "venv", "--without-pip", nested_venv], check=True
    )
    hostile = {"TMPDIR": str(deep), "PYTHONSTARTUP": "/nowhere", "PYTHONHASHSEED": "7", "LD_BIND_NOW": "1"}
    environments: dict[str, dict[str, Any]] = {
        "private files, a deep TMPDIR, a shell's variables": {"setup": "os.umask(0o077)", "environment": hostile},
        "the same, namespaces denied": {"setup": "os.umask(0o077)", "environment": hostile, "sealed": True},
        "a TMPDIR that is not valid text": {"setup": f"{bytes_of}; os.environ['TMPDIR'] = os.fsdecode(folder)"},
        "PYTHONHOME, a TMPDIR that does not exist": {
            "environment": {"PYTHONHOME": home, "TMPDIR": "/nowhere"},
            "python": os.path.realpath(sys.executable),
        },
        "a venv made by a venv": {"python": str(nested_venv / "bin/python")},
    }
    if can("unshare", "--user", "--map-root-user"):
        environments["root of a user namespace with one id"] = {"before": ["unshare", "--user", "--map-root-user"]}
    if os.geteuid() == 0 and can("setpriv", "--bounding-set=-all"):
        environments["root without capabilities"] = {"before": ["setpriv", "--bounding-set=-all"]}
        nobody = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"]
        usable = f"import sys; assert sys.version_info >= (3, 11); open({__file__!r})"
        pythons = [
            python for python in (sys.executable, "/usr/bin/python3") if can(*nobody, "env", python, "-c", usable)
        ]
        for sealed in (False, True) if pythons else ():
            environments[f"a user without a name, namespaces {'denied' if sealed else 'allowed'}"] = {
                "before": nobody,
                "environment": {"TMPDIR": str(folder / "plain")},
                "python": pythons[0],
                "sealed": sealed,
            }
    texts = await few_at_once(lambda each: asyncio.to_thread(run_driver, **each), list(environments.values()), 3)
    outputs = dict(zip(environments, texts, strict=True))
    assert {name: text for name, text in outputs.items() if not text.startswith("True False True True\n")} == {}
    assert list(folder.rglob("botarmy-sandbox-*")) == []
    shutil.rmtree(folder)


_NOT_NEEDED = (
    "test",
    "site-packages",
    "__pycache__",
    "config-*",
    "ensurepip",
    "idlelib",
    "tkinter",
    "pydoc_data",
    "lib2to3",
)


async def test_a_relocatable_python_runs(tmp_path: Path) -> None:
    """conda and uv install such a Python: it finds its library through $ORIGIN, which the loader reads from /proc."""
    program = Path(PYTHON).read_bytes()
    library = Path(next(iter(filesystem_view.loaded_libraries()), ""))
    named, wanted = bytes(library.parent), b"$ORIGIN/../lib"
    place, size = program.find(named + b"\0"), len(named)
    if place < 0 or size < len(wanted):
        pytest.skip("this Python does not name its library by a path that is long enough")
    for name in ("bin", "lib"):
        (tmp_path / name).mkdir()
    shutil.copy(library, tmp_path / "lib")
    python = tmp_path / "bin" / Path(os.path.realpath(sys.executable)).name
    python.write_bytes(program[:place] + wanted.ljust(size, b"\0") + program[place + size :])
    python.chmod(0o755)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    shutil.copytree(
        Path(os.__file__).parent,
        tmp_path / "lib" / version,
        ignore=shutil.ignore_patterns(*_NOT_NEEDED),
    )
    for sealed in (False, True):
        text = await asyncio.to_thread(run_driver, str(python), sealed=sealed)
        assert text.startswith("True False True True\n"), text
