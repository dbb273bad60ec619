"""External servers, named by the environment, are used and left running."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.stack import external
from cli.stack.component import ComponentError
from cli.stack.embedded import Servers
from cli.stack.ports import free_port
from tests.cli.stack.stack_under_test import assert_serves, processes_of, running

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("no_external_servers")]


async def test_external_servers_are_used_and_left_running(
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
    assert sorted(entry.name for entry in data_dir.iterdir()) == ["logs", "secrets", "stack.lock"]


async def test_an_external_server_that_does_not_answer_is_reported(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external, "ANSWER_SECONDS", 0.5)
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(ComponentError, match="redis does not answer at the address in REDIS_URL"):
        async with running(data_dir):
            pass
    assert not processes_of(data_dir)


def test_temporals_configuration_is_read_beside_variables_that_are_not_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PWD", os.fsdecode(b"/home/caf\xe9"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    assert external.temporal_address() == "temporal.example:7233"
