"""The sandbox reports its isolation truthfully, blocks every known way out, and refuses what it cannot confine."""

import asyncio
import functools
import os
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent

import psutil
import pytest

from artifacts.file_sets import pack
from artifacts.media_types import FILES
from crew.rehearsal import RehearsalCrew
from models.contracts.enums import Verdict
from models.contracts.names import AgentType, BuiltInRole
from models.contracts.roles import BUILT_IN_ROLES
from sandbox import Limits, RunReport, Sandbox, UnconfinedError, acceptance_tests, run_acceptance, run_tests, unit_tests
from tests.crew.rehearsal_under_test import EXAMPLE, RecordingStep, T, artifact, assignment, deliver, run
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


def assert_passed(run: RunReport, bodies: Sequence[str]) -> None:
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
        crew = RehearsalCrew(sandbox=Sandbox(allow_unconfined=allow))
        outcome = await crew.agent(BUILT_IN_ROLES[role]).run(task, RecordingStep())
        return outcome.verdict, outcome.drafts[0].content.decode()

    for role, type in ((BuiltInRole.TESTER, T.TEST_RESULTS), (BuiltInRole.DEPLOYER, T.DEPLOYMENT_LOG)):
        with pytest.raises(UnconfinedError, match="neither namespaces nor Landlock"):
            await report(role, type, source, allow=False)
        for code, allow in ((by_agent, False), (source, True)):
            verdict, text = await report(role, type, code, allow)
            assert verdict is Verdict.PASSED
            assert "**NOT CONFINED.**" in text
            assert "files: NOT ISOLATED on this system" in text
    monkeypatch.undo()
    assert "CONFINED" not in (await report(BuiltInRole.TESTER, T.TEST_RESULTS, source, allow=False))[1]


async def test_the_rehearsals_acceptance_tests_run_where_they_cannot_be_confined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drafts = await deliver(EXAMPLE, "build")
    monkeypatch.setattr(unit_tests, "run_tests", functools.partial(run_tests, without=UNCONFINED))
    monkeypatch.setattr(acceptance_tests, "run_acceptance", functools.partial(run_acceptance, without=UNCONFINED))
    code = artifact(T.SOURCE_CODE, drafts[T.SOURCE_CODE].content, FILES, by_agent=True)
    tests, a_persons = (
        artifact(T.ACCEPTANCE_TESTS, drafts[T.ACCEPTANCE_TESTS].content, FILES, by_agent=each) for each in (True, False)
    )
    outcome = await run(assignment(BuiltInRole.TESTER, "validate", T.TEST_RESULTS, inputs=(code, tests)))
    assert outcome.verdict is Verdict.PASSED
    text = outcome.drafts[0].content.decode()
    assert "**NOT CONFINED.**" in text
    assert "7 tests ran, 0 failed" in text
    with pytest.raises(UnconfinedError):
        await run(assignment(BuiltInRole.TESTER, "validate", T.TEST_RESULTS, inputs=(code, a_persons)))
