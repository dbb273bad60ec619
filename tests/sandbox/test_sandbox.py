"""Code that does its worst, in the sandbox."""

import asyncio
import os
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from textwrap import indent

import psutil
import pytest

from artifacts.errors import InvalidArtifactError
from sandbox import Limits, Sandbox, TestRun, run_tests

LIMITS = Limits(seconds=30, processes=16, memory_of_all=256 * 1024 * 1024)

CAGES = [(), ("namespaces",)]
"""The whole sandbox, and what is left of it where the system allows no namespaces (a container, mostly)."""

linux_only = pytest.mark.skipif(os.uname().sysname != "Linux", reason="the cage is made of Linux")


HEAD = """\
import os, socket, subprocess, sys, threading, time, unittest

class It(unittest.TestCase):
    def test(self):
"""


async def attempt(body: str, limits: Limits = LIMITS, without: tuple[str, ...] = ()) -> TestRun:
    files = {"tests/__init__.py": "", "tests/test_it.py": HEAD + indent(body, " " * 8)}
    return await run_tests(files, limits, without)


def started_since(others: set[psutil.Process]) -> set[psutil.Process]:
    return set(psutil.Process().children()) - others


@pytest.fixture(autouse=True)
async def nothing_left_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[None]:
    """Each test ends with the processes that it began with, and with its own temporary folder as empty as it was."""
    tmp_path_factory.getbasetemp()  # made once, and not in the folder that only this test has
    folder = Path(tempfile.mkdtemp(prefix="sandboxes-"))
    folder.chmod(0o755)  # the tests' own user passes through, as in /tmp
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    others = set(psutil.Process().children())  # the session's servers, where other tests have started them
    yield
    deadline = time.monotonic() + 5
    while (left := started_since(others)) and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    assert not left
    folder.rmdir()


@pytest.mark.parametrize("without", CAGES)
async def test_a_passing_test_passes(without: tuple[str, ...]) -> None:
    run = await attempt("self.assertEqual(1, 1)", without=without)
    assert (run.passed, run.ran, run.failed, run.stopped, run.exit) == (True, 1, 0, None, "code 0")
    assert run.output.endswith("Ran 1 test\n\nOK\n")


async def test_a_failing_test_fails_the_same_way_each_time() -> None:
    runs = [await attempt("self.fail(f'no: {object()} {set(map(str, range(9)))}')") for _ in range(2)]
    assert runs[0] == runs[1]
    assert (runs[0].passed, runs[0].ran, runs[0].failed) == (False, 1, 1)
    assert 'File "/sandbox/tests/test_it.py", line 5' in runs[0].output


async def test_no_tests_are_no_pass() -> None:
    assert not (await run_tests({"README.md": "nothing to see"})).passed
    assert not (await attempt("os._exit(0)")).passed


@pytest.mark.parametrize("without", CAGES)
@pytest.mark.parametrize(
    ("body", "limits", "stopped"),
    [
        ("while True: pass", Limits(seconds=0.5), "ran longer than 0.5 s"),
        ("while True: pass", Limits(seconds=9, cpu_seconds=1), "used more than 1 s of processor time"),
        (
            "for _ in range(3): os.fork()\nwhile True: pass",
            Limits(seconds=9, cpu_seconds=1),
            "used more than 1 s of processor time together",
        ),
        ("bytearray(2 ** 30)", LIMITS, "asked for more than 536,870,912 bytes of memory"),
        ("while True: print('x' * 999)", LIMITS, "wrote more than 1,048,576 bytes of output"),
        (
            "for _ in range(8):\n    os.fork() or (bytes(range(256)) * 2**19, time.sleep(9))\ntime.sleep(9)",
            LIMITS,
            "memory together",
        ),
    ],
    ids=["endless", "processor", "processor together", "memory", "output", "memory together"],
)
async def test_a_limit_stops_the_run(body: str, limits: Limits, stopped: str, without: tuple[str, ...]) -> None:
    run = await attempt(body, limits, without)
    assert not run.passed
    assert run.stopped is not None
    assert stopped in run.stopped


async def test_output_is_kept_in_part() -> None:
    run = await attempt("print('x' * 500_000)")
    assert run.passed
    assert len(run.output) < 70_000
    assert "bytes left out" in run.output
    assert run.output.endswith("OK\n")


@linux_only
@pytest.mark.parametrize("without", CAGES)
async def test_a_fork_bomb_is_contained(without: tuple[str, ...]) -> None:
    bomb = "while True:\n    try: os.fork()\n    except OSError: time.sleep(0.01)"
    run = await attempt(bomb, Limits(seconds=0.7, processes=8), without)
    assert run.stopped in ("ran longer than 0.7 s", "started more than 8 processes")


@linux_only
@pytest.mark.parametrize("without", CAGES)
async def test_a_daemon_does_not_outlive_the_run(without: tuple[str, ...]) -> None:
    daemon = "if os.fork() == 0:\n    os.setsid()\n    os.fork() or time.sleep(60)\n    os._exit(0)\n"
    assert (await attempt(daemon, without=without)).passed


@pytest.mark.parametrize("without", CAGES)
async def test_the_environment_is_empty(without: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTARMY_SECRET", "hunter2")
    allowed = {"LANG", "PYTHONHASHSEED", "PYTHONUTF8", "HOME", "TMPDIR", "LC_CTYPE"}
    run = await attempt(f"self.assertLessEqual(set(os.environ), {allowed!r})", without=without)
    assert run.passed, run.output


@linux_only
@pytest.mark.parametrize("without", CAGES)
async def test_files_outside_cannot_be_read_or_written(without: tuple[str, ...], tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    tmp_path.chmod(0o777)
    secret.chmod(0o666)
    paths = [str(secret), f"{tmp_path}/new", "/etc/passwd", f"/proc/{os.getpid()}/environ", "/proc/self/environ"]
    body = f"""\
for path in {[*paths, "/proc/1/environ"]!r} + [f"/proc/{{os.getppid()}}/environ"]:
    for mode in "r", "a":
        with self.assertRaises(OSError, msg=path):
            open(path, mode).read()
open("here", "w").write("fine")
__import__("tempfile").TemporaryFile().write(b"fine")
"""
    run = await attempt(body, without=without)
    assert run.passed, run.output
    assert secret.read_text() == "hunter2"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


@linux_only
@pytest.mark.parametrize("without", [*CAGES, ("seccomp", "landlock")])
async def test_there_is_no_network(without: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        body = f"with self.assertRaises(OSError):\n    socket.create_connection({server.getsockname()!r}, 1)\n"
        run = await attempt(body, without=without)
    assert run.passed, run.output
    assert any(line.startswith("network: isolated") for line in run.isolation)


@linux_only
@pytest.mark.parametrize("without", CAGES)
async def test_processes_outside_are_out_of_reach(without: tuple[str, ...]) -> None:
    body = f"""\
for pid in {{os.getppid(), {os.getpid()}}}:
    with self.assertRaises(OSError):
        os.kill(pid, 0)
child = subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True)
self.assertEqual(child.stdout, "42\\n")
thread = threading.Thread(target=os.getpid)
thread.start()
thread.join()
"""
    run = await attempt(body, without=without)
    assert run.passed, run.output


async def test_a_worker_runs_a_few_at_a_time_each_for_so_long() -> None:
    sandbox = Sandbox(seconds=0.4, at_once=2)
    endless = {"tests/__init__.py": "", "tests/test_it.py": HEAD + "        while True: time.sleep(9)\n"}
    began = time.monotonic()
    runs = await asyncio.gather(*(sandbox.run_tests(endless) for _ in range(4)))
    assert {run.stopped for run in runs} == {"ran longer than 0.4 s"}
    assert time.monotonic() - began >= 2 * 0.4


async def test_an_unsafe_file_set_never_gets_that_far() -> None:
    with pytest.raises(InvalidArtifactError, match="refused"):
        await run_tests({"../out.py": ""})


async def test_a_cancelled_run_leaves_nothing() -> None:
    others = set(psutil.Process().children())
    running = asyncio.create_task(attempt("time.sleep(60)", Limits(seconds=60)))
    deadline = time.monotonic() + 5
    while not any(one.children() for one in started_since(others)) and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 5)
