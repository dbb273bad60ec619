"""The embedded Valkey: it always runs with our settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from cli.stack.component import ComponentError
from cli.stack.datadir import DataDir
from cli.stack.supervisor import Supervisor
from cli.stack.valkey import Valkey

pytestmark = pytest.mark.long


@asynccontextmanager
async def running(data_dir: Path) -> AsyncIterator[tuple[Valkey, int]]:
    """Run a Valkey, without the rest of the stack; yield it with its pid."""
    data = DataDir(data_dir)
    data.create()
    valkey, supervisor = Valkey(data, port=0), Supervisor(data)
    try:
        await supervisor.start(valkey)
        yield valkey, supervisor.pids[valkey.name]
    finally:
        await supervisor.stop()


@pytest.mark.parametrize("name", ["a [b] c", "*?{x,y}", "a\\b né"])
async def test_it_has_a_password_and_listens_on_loopback_in_any_folder(tmp_path: Path, name: str) -> None:
    async with running(tmp_path / name) as (valkey, pid):
        listening = {connection.laddr for connection in psutil.Process(pid).net_connections("tcp")}
        assert {address.ip for address in listening} == {"127.0.0.1"}
        assert valkey.address in {f"{address.ip}:{address.port}" for address in listening}
        async with Redis.from_url(f"redis://{valkey.address}") as stranger:
            with pytest.raises(AuthenticationError):
                await stranger.ping()


async def test_it_is_not_ready_while_it_answers_without_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def settings_without_password(valkey: Valkey) -> bytes:
        return f"bind 127.0.0.1\nport {valkey.address.partition(':')[2]}\nuser default on nopass ~* &* +@all\n".encode()

    monkeypatch.setattr(Valkey, "start_token", settings_without_password)
    monkeypatch.setattr(Valkey, "start_seconds", 0.5)
    with pytest.raises(ComponentError, match="without a password"):
        async with running(tmp_path):
            pass


async def test_the_settings_file_of_an_earlier_version_is_removed(tmp_path: Path) -> None:
    file = DataDir(tmp_path).folder("redis") / "valkey.conf"
    file.write_text("requirepass secret\n")
    async with running(tmp_path):
        assert not file.exists()
