"""The stack, with real servers and stub programs in place of worker and API."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from temporalio.service import RPCError

from cli.stack import orphans, postgres, processes, temporal, valkey
from cli.stack.checkout import CHECKOUT
from cli.stack.component import ComponentError
from cli.stack.datadir import AlreadyRunningError
from cli.stack.ports import free_port
from cli.stack.state import COMPONENTS, StackState
from config.schema_check import revisions
from models.tables import metadata
from tests.cli.stack.stack_under_test import assert_serves, eventually, processes_of, running

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("no_external_servers")]

HOLD = """
import asyncio, sys
from pathlib import Path
from tests.cli.stack.stack_under_test import running

async def main():
    async with running(Path(sys.argv[1])) as state:
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_only_the_state_survives_a_restart(data_dir: Path) -> None:
    async with running(data_dir) as first:
        client = await assert_serves(first)
        await client.start_workflow("Anything", id="kept", task_queue="nobody-polls")
        async with await psycopg.AsyncConnection.connect(first.database) as connection:
            await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert list(first.pids) == list(COMPONENTS)
        assert StackState.read(data_dir / "stack.json") == first
        assert stat.S_IMODE((data_dir / "stack.json").stat().st_mode) == 0o600
    assert not processes_of(data_dir)
    assert not (data_dir / "stack.json").exists()
    # As after a restart of the machine: another process has the pid of the old server.
    (data_dir / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")

    async with running(data_dir) as second:
        client = await assert_serves(second)
        assert (await client.get_workflow_handle("kept").describe()).id == "kept"
        async with await psycopg.AsyncConnection.connect(second.database) as connection:
            assert await (await connection.execute("SELECT answer FROM kept")).fetchone() == (42,)


async def test_a_killed_component_restarts_at_its_address(data_dir: Path) -> None:
    async with running(data_dir) as state:
        for name, pid in state.pids.items():
            os.kill(pid, signal.SIGKILL)
            await eventually(partial(_has_restarted, data_dir, name, pid))
        async with asyncio.timeout(30):
            while True:
                try:
                    await assert_serves(state)
                    break
                except (psycopg.OperationalError, OSError, RuntimeError, RPCError):
                    await asyncio.sleep(0.05)
    assert not processes_of(data_dir)


async def test_a_killed_supervisor_ends_all_its_processes_and_the_next_one_recovers(data_dir: Path) -> None:
    supervisor = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLD, str(data_dir)), stdout=asyncio.subprocess.PIPE
    )
    assert supervisor.stdout
    assert await asyncio.wait_for(supervisor.stdout.readline(), 30) == b"ready\n"
    with pytest.raises(AlreadyRunningError):
        async with running(data_dir):
            pass
    supervisor.kill()
    await supervisor.communicate()
    async with running(data_dir) as state:  # at once: the old servers may still be running
        await assert_serves(state)
    await eventually(lambda: not processes_of(data_dir))


async def test_busy_ports_are_avoided(data_dir: Path) -> None:
    with ExitStack() as taken:
        ports = [5432, 6379, 7233, 8233, free_port()]
        listeners = [_Listener(port) for port in ports]
        for listener in listeners:
            taken.enter_context(listener)
        async with running(data_dir, port=ports[-1]) as state:
            await assert_serves(state)
            assert not {urlsplit(f"//{url.split('//')[-1]}").port for url in _addresses(state)} & {
                one.held for one in listeners if one.held
            }


async def test_a_port_that_is_taken_at_the_last_moment_is_replaced(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as taken:
        for module in (postgres, valkey, temporal, processes):
            port = taken.enter_context(_Listener(0))
            first = iter([port])
            monkeypatch.setattr(module, "free_port", lambda *_, first=first, **__: next(first, None) or free_port())
        async with running(data_dir) as state:
            await assert_serves(state)


async def test_a_stack_json_that_cannot_be_written_does_not_stop_the_stack(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports: list[tuple[str, str, str]] = []
    async with running(data_dir, report=lambda *report: reports.append(report)) as state:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(StackState, "write", full)
        os.kill(state.pids["worker"], signal.SIGKILL)
        await eventually(lambda: any(report[:2] == ("worker", "restarted") for report in reports))
    message = f"{data_dir / 'stack.json'} cannot be written: No space left on device"
    assert ("stack", "warning", message) in reports
    assert not any(state == "failed" for _, state, _ in reports), "the restart is not mistaken for a failure"


async def test_a_component_that_cannot_start_is_reported_with_the_end_of_its_log(data_dir: Path) -> None:
    with pytest.raises(ComponentError, match=r"(?s)worker ended with exit code 1.*the reason, at the end of the log"):
        async with running(data_dir, worker="broken_worker"):
            pass
    assert not processes_of(data_dir)


async def test_orphans_of_an_earlier_stack_are_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "GRACE_SECONDS", 1)
    ignores_sigterm = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
    environment = {**os.environ, "BOTARMY_STACK": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", ignores_sigterm], env=environment, stdout=subprocess.PIPE) as orphan:
        assert orphan.stdout
        orphan.stdout.readline()
        assert await orphans.stop_orphans(tmp_path / "another") == []
        assert await orphans.stop_orphans(tmp_path) == [orphan.pid]
        assert not psutil.pid_exists(orphan.pid)


def test_the_revisions_are_those_of_alembic() -> None:
    script = ScriptDirectory.from_config(Config(CHECKOUT / "alembic.ini"))
    assert revisions().newest == set(script.get_heads())
    assert revisions().known == {one.revision for one in script.walk_revisions()}
    assert revisions().tables == set(metadata.tables)


def _pids(data_dir: Path) -> dict[str, int]:
    pids: dict[str, int] = json.loads((data_dir / "stack.json").read_text())["pids"]
    return pids


def _has_restarted(data_dir: Path, name: str, pid: int) -> bool:
    return _pids(data_dir).get(name, pid) != pid


def _addresses(state: StackState) -> list[str]:
    return [state.api, state.temporal, str(state.temporal_ui), state.database, state.redis]


class _Listener:
    """Occupies a port (0 is any) without answering; a port that another process occupies is as good."""

    def __init__(self, port: int) -> None:
        self._port, self._socket = port, socket.socket()
        self.held = 0
        """The port if we occupy it; another process may release its own at any moment."""

    def __enter__(self) -> int:
        try:
            if self._port:  # it may have been in use a moment ago
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(("127.0.0.1", self._port))
            if self._port:
                self._socket.listen()
        except OSError:
            return self._port
        self.held = int(self._socket.getsockname()[1])
        return self.held

    def __exit__(self, *_: object) -> None:
        self._socket.close()
