"""The keys of model providers: only the worker's process has them in its environment."""

from __future__ import annotations

import stat
from pathlib import Path

import psutil
import pytest

from tests.cli.stack.stack_under_test import processes_of, running

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("no_external_servers")]

KEY = "sk-planted-7261"


async def test_the_key_that_signs_responses_is_a_file_of_its_owner_and_no_component_inherits_one(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = data_dir / "secrets" / "signing-key"
    async with running(data_dir):
        made = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(bytes.fromhex(made)) == 32
    monkeypatch.setenv("BOTARMY_SIGNING_KEY", "ab" * 32)
    async with running(data_dir) as state:
        assert {"api", "worker"} <= state.pids.keys()
        assert not [each for each in processes_of(data_dir) if "BOTARMY_SIGNING_KEY" in each.environ()]
    assert file.read_text() == made


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
