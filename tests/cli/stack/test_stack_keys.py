"""The keys of model providers: only the worker's process has them in its environment."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tests.cli.stack.stack_under_test import processes_of, running

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("no_external_servers")]

KEY = "sk-planted-7261"


async def test_only_the_worker_is_given_the_keys(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY_FILE", str(file))
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    async with running(data_dir) as state:
        processes = processes_of(data_dir)
        assert {each.pid for each in processes} > set(state.pids.values())
        with_keys = {
            each.pid for each in processes if {"OPENAI_API_KEY", "ANTHROPIC_API_KEY_FILE"} & set(each.environ())
        }
        worker = psutil.Process(state.pids["worker"])
        assert with_keys == {worker.pid, *(child.pid for child in worker.children())}
        environment = worker.environ()
    assert (environment["OPENAI_API_KEY"], environment["ANTHROPIC_API_KEY_FILE"]) == (KEY, str(file))
