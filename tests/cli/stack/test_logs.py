"""The logs of the data directory are bounded while a process runs, and complete."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from cli.stack.component import Component, ComponentError, NotReadyError
from cli.stack.datadir import DataDir
from cli.stack.log_writer import LONGEST_LINE, RotatingLog
from cli.stack.supervisor import Supervisor
from tests.cli.stack.stack_under_test import eventually, processes_of

pytestmark = pytest.mark.long

WRITES = """
import os, signal, sys, threading
def write():
    for number in range(int(sys.argv[1])):
        os.write(1, b"%d %s\\n" % (number, b"x" * (number % 200)))
threads = [threading.Thread(target=write) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
os.write(2, b"done\\n")
signal.signal(signal.SIGTERM, lambda *_: (os.write(2, b"the last words\\n"), os._exit(0)))
while True: signal.pause()
"""


class Program(Component):
    """Runs Python code, and is ready once its log contains a word."""

    name = "program"

    def __init__(self, code: str, *arguments: object, ready: str = "done") -> None:
        self._command = [sys.executable, "-I", "-S", "-c", code, *map(str, arguments)]
        self._ready = ready
        self.log: Path | None = None
        self.moves = 0

    def command(self) -> Sequence[str]:
        return self._command

    async def check(self, pid: int) -> None:
        if self.log is None or self._ready not in self.log.read_text():
            raise NotReadyError("it has not written everything")

    def choose_another_port(self) -> bool:
        self.moves += 1
        return True


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    data = DataDir(tmp_path)
    data.create()
    return data


def lines_of(log: Path) -> list[str]:
    """Return every line that is kept, oldest first."""
    files = sorted(
        log.parent.glob(f"{log.name}*"), key=lambda file: -int(file.suffix[1:] if file.suffix != ".log" else 0)
    )
    return [line for file in files for line in file.read_text().splitlines()]


async def test_a_log_is_bounded_while_its_process_runs_and_no_line_is_lost(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.stack.log.LOG_BYTES", 200_000)
    monkeypatch.setattr("cli.stack.log.KEPT", 40)
    program = Program(WRITES, 10_000)
    program.log = data.log("program")
    supervisor = Supervisor(data)
    await supervisor.start(program)
    await supervisor.stop()
    lines = lines_of(program.log)
    assert lines[-2:] == ["done", "the last words"]
    expected = [f"{number} {'x' * (number % 200)}" for number in range(10_000)]
    assert sorted(lines[:-2]) == sorted(expected * 2)
    files = list(program.log.parent.glob("program.log*"))
    assert len(files) > 5
    assert all(file.stat().st_size <= 200_000 + 65_536 for file in files)


def test_a_log_and_its_older_files_are_bounded_for_any_input(tmp_path: Path) -> None:
    path = tmp_path / "any.log"
    path.write_bytes(b"from a version before\n" * 1000)
    log = RotatingLog(str(path), 1000, 2)
    for size in (1, 10, 999, 1000, 1001, 65_536):
        for _ in range(50):
            log.write(b"y" * (size - 1) + b"\n")
    log.write(b"without an end" * (LONGEST_LINE // 2))
    log.write(b"\nnext\n")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["any.log", "any.log.1", "any.log.2"]
    assert path.read_text().endswith("next\n")
    path.unlink()
    (tmp_path / "any.log.1").unlink()
    log.write(b"z\n" * 501)
    log.write(b"on\n")
    assert path.read_text() == "z\n" * 4 + "on\n", "the removed file was filled, then a new one was created"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is not available")
def test_a_full_disk_blocks_no_writer_and_is_reported_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "any.log"
    path.symlink_to("/dev/full")
    log = RotatingLog(str(path), 1000, 2)
    for _ in range(10):
        log.write(b"lost\n")
    path.unlink()
    log.write(b"kept\n")
    assert path.read_text() == "botarmy: 50 bytes of this log are lost: No space left on device\nkept\n"


async def test_output_after_the_supervisor_is_killed_is_in_the_log(data: DataDir) -> None:
    code = f"""
import asyncio, sys
sys.path[:0] = {[str(Path(__file__).parents[3]), str(Path(__file__).parent)]!r}
from pathlib import Path
from tests.cli.stack.test_logs import Program, WRITES
from cli.stack.datadir import DataDir
from cli.stack.supervisor import Supervisor
async def main():
    data = DataDir(Path({str(data.path)!r}))
    program = Program(WRITES, 1)
    program.log = data.log("program")
    await Supervisor(data).start(program)
    print("ready", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout
        assert supervisor.stdout.readline() == b"ready\n"
        supervisor.kill()
    await eventually(lambda: not processes_of(data.path))
    assert lines_of(data.log("program"))[-1] == "the last words"


async def test_a_killed_log_writer_is_replaced_and_loses_nothing(data: DataDir) -> None:
    program = Program(WRITES, 1)
    program.log = data.log("program")
    supervisor = Supervisor(data)
    await supervisor.start(program)
    (writer,) = [one for one in processes_of(data.path) if "log_writer.py" in " ".join(one.cmdline())]
    writer.kill()
    await eventually(lambda: not psutil.pid_exists(writer.pid))
    await supervisor.stop()
    assert lines_of(program.log)[-1] == "the last words"
    assert not processes_of(data.path)


async def test_a_taken_port_is_recognised_anywhere_in_the_log(data: DataDir) -> None:
    code = "print('listen tcp: bind: Address already in use'); print('and more\\n' * 20000); raise SystemExit(1)"
    program, supervisor = Program(code), Supervisor(data)
    data.log("program").write_text("of an earlier run\n")
    with pytest.raises(ComponentError, match="and more"):
        await supervisor.start(program)
    assert program.moves == 4
    innocent, supervisor = Program("raise SystemExit(1)"), Supervisor(data)
    with pytest.raises(ComponentError):
        await supervisor.start(innocent)
    assert innocent.moves == 0, "the taken port of an earlier run does not count"


async def test_a_detached_process_that_keeps_a_log_open_does_not_delay_the_stop(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.stack.log.DRAIN_SECONDS", 0.2)
    code = (
        "import os, subprocess, sys\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'], start_new_session=True)\n"
        "print('left', left.pid, 'done', flush=True)\n"
        "left.wait()"
    )
    program = Program(code)
    program.log = data.log("program")
    supervisor = Supervisor(data)
    await supervisor.start(program)
    await asyncio.wait_for(supervisor.stop(), 10)
    os.kill(int(program.log.read_text().split()[1]), signal.SIGKILL)
    await eventually(lambda: not processes_of(data.path))
