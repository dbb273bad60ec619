"""Errors that `botarmy run` reports before it starts a project."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT
from tests.cli.terminal_under_test import Result, botarmy

BRIEF = CHECKOUT / "examples" / "url-shortener.md"

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_usage_error_is_reported_on_one_line(api_url: str, tmp_path: Path) -> None:
    (tmp_path / "binary.md").write_bytes(b"# A\n\x00")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    cases = [
        (("run", "missing.md"), "does not exist"),
        (("run", "binary.md"), "NUL"),
        (("run", BRIEF, "--name", "n" * 300), "300 characters"),
        (("run", BRIEF, "--pipeline", "nope"), "pipeline: nope is unknown; the pipelines are"),
        (("run", BRIEF, "--out", "full"), "not an empty folder"),
        (("run", BRIEF, "--out", "binary.md/out"), "cannot"),
        (("run", BRIEF, "--out", "/proc/out"), "cannot write a delivery to /proc/out"),
        (("run", BRIEF, "--out", "n" * 300), "cannot use"),
        (("run", BRIEF, "--api", "ftp://x"), "is not the address"),
        (("run", BRIEF, "--name", "a\udcff"), "not valid UTF-8"),
        (("run", BRIEF, "--pipeline", "a\udcff"), "not valid UTF-8"),
    ]
    for ran, (_, message) in zip(
        await asyncio.gather(*(botarmy(api_url, *arguments, cwd=tmp_path) for arguments, _ in cases)),
        cases,
        strict=True,
    ):
        _assert_refused(ran, message)


async def test_without_an_api_it_prints_how_to_start_one(tmp_path: Path) -> None:
    ran = await botarmy("http://127.0.0.1:9", "run", BRIEF, cwd=tmp_path)
    assert (ran.code, ran.out) == (5, "")
    assert ran.err == "botarmy: cannot reach BotArmy at http://127.0.0.1:9; start it with: botarmy up\n"


async def test_the_address_comes_from_the_stack_of_the_data_directory(api_url: str, tmp_path: Path) -> None:
    state = {"api": api_url, "temporal": "", "temporal_ui": "", "database": "", "redis": "", "pids": {}}
    (tmp_path / "stack.json").write_text(json.dumps(state))
    ran = await botarmy("", "projects", "--data-dir", tmp_path, "--json", cwd=tmp_path)
    assert ran.code == 0, ran


def _assert_refused(ran: Result, message: str) -> None:
    assert (ran.code, ran.out) == (2, ""), ran
    assert message in ran.err
    assert ran.err.startswith("botarmy: ")
    assert ran.err.count("\n") == 1, ran.err
