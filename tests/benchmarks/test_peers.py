"""Runs `make bench-peers` on the smallest scale, with the peer whose packages are ours, too: nothing is installed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from benchmarks.peers import environment
from tests.checkout import CHECKOUT

pytestmark = pytest.mark.long

PEER = "workflow by hand on Temporal"


async def run(*arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.peers", *arguments),
        cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


@pytest.mark.timeout(600)
async def test_a_peer_does_the_same_work_and_survives_kills() -> None:
    code, output, errors = await run("--quick", "--python", sys.executable, "temporal_by_hand")
    assert code == 0, errors
    head, *rows = [line.strip("| ").split(" | ") for line in output.splitlines() if line.startswith("| ")]
    assert head[-3:] == ["projects delivered", "calls paid twice", "projects lost"]
    assert [row[0] for row in rows] == ["BotArmy", PEER]
    for _, rate, p50, cpu, statements, _, delivered, _, lost in rows:
        assert min(float(rate), float(p50), float(cpu)) > 0
        assert int(delivered) > 0
        assert lost == "0", output
        assert float(statements) >= 0
    assert float(rows[0][4]) > float(rows[1][4])  # only ours writes to its database
    assert rows[0][7] == "0"


async def test_an_unknown_peer_is_refused() -> None:
    code, _, errors = await run("nonsense")
    assert code == 2
    assert "unknown: nonsense" in errors


async def test_an_unreachable_package_index_is_an_error_that_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(environment, "FOLDER", tmp_path / "venv")
    with pytest.raises(environment.InstallError, match="uv pip failed"):
        await environment.install()
    assert (tmp_path / "venv" / "bin" / "python").exists()
