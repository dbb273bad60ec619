"""The stack: real servers, and tiny programs in place of worker and API."""

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
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from stack_under_test import PROGRAMS, assert_serves, eventually, processes_of, running
from temporalio.service import RPCError

from cli.stack import external, leftovers, postgres, programs, temporal, valkey
from cli.stack.checkout import CHECKOUT
from cli.stack.component import ComponentError
from cli.stack.datadir import AlreadyRunningError, DataDir
from cli.stack.embedded import Servers
from cli.stack.ports import free_port
from cli.stack.stack import Stack
from cli.stack.state import COMPONENTS, StackState
from config.schema_check import revisions
from config.settings import Settings
from models.tables import metadata

pytestmark = pytest.mark.long

HOLD = """
import asyncio, sys
from pathlib import Path
from stack_under_test import running

async def main():
    async with running(Path(sys.argv[1])) as state:
        print("ready", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is given from outside, and the tiny programs can be found."""
    for name in ("DATABASE_URL", "REDIS_URL", *(name for name in os.environ if name.startswith("TEMPORAL_"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PROGRAMS), str(PROGRAMS.parent)]))


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A directory closed to other users, deeper than the path of a Unix socket may be, with characters of its own."""
    return tmp_path / "a dir with spaces" / ("long-" * 22) / "and 100% more?#"


async def test_state_survives_a_restart_and_nothing_else_does(data_dir: Path) -> None:
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
    # As after a restart of the machine: the number of the old server belongs to somebody else.
    (data_dir / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")

    async with running(data_dir) as second:
        client = await assert_serves(second)
        assert (await client.get_workflow_handle("kept").describe()).id == "kept"
        async with await psycopg.AsyncConnection.connect(second.database) as connection:
            assert await (await connection.execute("SELECT answer FROM kept")).fetchone() == (42,)


async def test_a_killed_component_is_back_at_its_address(data_dir: Path) -> None:
    async with running(data_dir) as state:
        for name, pid in state.pids.items():
            os.kill(pid, signal.SIGKILL)
            await eventually(lambda name=name, pid=pid: _pids(data_dir).get(name, pid) != pid)
        async with asyncio.timeout(30):
            while True:
                try:
                    await assert_serves(state)
                    break
                except (psycopg.OperationalError, OSError, RuntimeError, RPCError):
                    await asyncio.sleep(0.05)
    assert not processes_of(data_dir)


async def test_a_killed_supervisor_takes_everything_with_it_and_the_next_one_recovers(data_dir: Path) -> None:
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
    async with running(data_dir) as state:  # at once: the old servers may still be at work
        await assert_serves(state)
    await eventually(lambda: not processes_of(data_dir))


async def test_busy_ports_are_left_to_who_has_them(data_dir: Path) -> None:
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


async def test_a_port_that_is_taken_in_the_last_moment_is_given_up(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as taken:
        for module in (postgres, valkey, temporal, programs):
            port = taken.enter_context(_Listener(0))
            first = iter([port])
            monkeypatch.setattr(module, "free_port", lambda *_, first=first, **__: next(first, None) or free_port())
        async with running(data_dir) as state:
            await assert_serves(state)


async def test_a_stack_json_that_cannot_be_written_ends_nothing(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The supervisor would take it for a failure of the component that it has just started again."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    told: list[tuple[str, str]] = []
    data = DataDir(data_dir)
    data.create()
    stack = Stack(data, Settings(_env_file=None), lambda name, state, details: told.append((state, details)))
    monkeypatch.setattr(StackState, "write", full)
    stack._told = True
    stack._tell()
    assert told == [("warning", f"{data_dir / 'stack.json'} cannot be written: No space left on device")]


async def test_what_cannot_start_is_named_with_the_end_of_its_log(data_dir: Path) -> None:
    with pytest.raises(ComponentError, match=r"(?s)worker ended with exit code 1.*the reason, at the end of the log"):
        async with running(data_dir, worker="broken_worker"):
            pass
    assert not processes_of(data_dir)


async def test_servers_of_others_are_used_and_left_alone(
    data_dir: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external, "SEARCH_ATTRIBUTES", {"BotArmyTested": "Keyword"})
    for name, value in servers.environment().items():
        monkeypatch.setenv(name, value)
    async with running(data_dir) as state:
        assert list(state.pids) == ["worker", "api"]
        assert (state.database, state.redis, state.temporal) == (servers.database, servers.redis, servers.temporal)
        client = await assert_serves(state)
        assert await client.count_workflows("BotArmyTested = 'any'") is not None
    await assert_serves(state)
    assert sorted(entry.name for entry in data_dir.iterdir()) == ["logs", "stack.lock"]


async def test_a_server_of_others_that_does_not_answer_is_named(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external, "ANSWER_SECONDS", 0.5)
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(ComponentError, match="redis does not answer at the address in REDIS_URL"):
        async with running(data_dir):
            pass
    assert not processes_of(data_dir)


async def test_what_an_earlier_stack_left_behind_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "GRACE_SECONDS", 1)
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
    marked = {**os.environ, "BOTARMY_STACK": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", stubborn], env=marked, stdout=subprocess.PIPE) as left:
        assert left.stdout
        left.stdout.readline()
        assert await leftovers.stop_marked(tmp_path / "another") == []
        assert await leftovers.stop_marked(tmp_path) == [left.pid]
        assert not psutil.pid_exists(left.pid)


def test_the_revisions_are_what_alembic_calls_them() -> None:
    script = ScriptDirectory.from_config(Config(CHECKOUT / "alembic.ini"))
    assert revisions().newest == set(script.get_heads())
    assert revisions().every == {one.revision for one in script.walk_revisions()}
    assert revisions().tables == set(metadata.tables)


def test_a_configuration_is_read_beside_variables_that_are_not_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PWD", os.fsdecode(b"/home/caf\xe9"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    assert external.temporal_address() == "temporal.example:7233"


def test_a_directory_below_a_home_that_nobody_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("os.getuid", lambda: 54321)
    monkeypatch.chdir(tmp_path)
    assert DataDir(Path("~/data")).path == tmp_path / "~" / "data"


def test_a_directory_has_one_holder(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    assert data.holder() is None
    with data.locked():
        assert data.holder() == os.getpid()
        with pytest.raises(AlreadyRunningError), DataDir(tmp_path).locked():
            pass
    assert data.holder() is None


def _pids(data_dir: Path) -> dict[str, int]:
    return json.loads((data_dir / "stack.json").read_text())["pids"]


def _addresses(state: StackState) -> list[str]:
    return [state.api, state.temporal, str(state.temporal_ui), state.database, state.redis]


class _Listener:
    """Holds a port, 0 is any, without answering; one that somebody else holds already serves as well."""

    def __init__(self, port: int) -> None:
        self._port, self._socket = port, socket.socket()
        self.held = 0
        """The port, if it is ours and not somebody else's, who may let it go at any moment."""

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
