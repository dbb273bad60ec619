"""Output to a file and to a terminal under each environment variable for terminals and colours."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT
from tests.cli.terminal_under_test import botarmy, on_a_terminal

BRIEF = CHECKOUT / "examples" / "url-shortener.md"
QUICK = ("run", BRIEF, "--pipeline", "quick-start")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
FORCED = ({"FORCE_COLOR": "1"}, {"TTY_COMPATIBLE": "1"}, {"FORCE_COLOR": "3", "TTY_INTERACTIVE": "1", "COLUMNS": "20"})

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_file_gets_plain_lines_even_if_colours_are_forced(api_url: str, tmp_path: Path) -> None:
    plain, *forced = await asyncio.gather(
        botarmy(api_url, *QUICK, cwd=tmp_path), *(botarmy(api_url, *QUICK, cwd=tmp_path, env=env) for env in FORCED)
    )
    for ran in forced:
        assert ran.code == 0, ran
        assert "\x1b" not in ran.out, ran.out
        # One line per event. A live table would be printed again and again.
        assert ran.out.count("\n") < 2 * plain.out.count("\n"), ran.out
    project = re.search(r"Project ([0-9a-f-]{36})", plain.out)
    assert project
    watched, listed = await asyncio.gather(
        *(botarmy(api_url, *what, cwd=tmp_path, env=FORCED[-1]) for what in (("watch", project[1]), ("projects",)))
    )
    assert "\x1b" not in watched.out
    today = f"{datetime.now(UTC).astimezone():%Y-%m-%d}"
    assert re.search(rf"^{today} \d\d:\d\d:\d\d build: coder starts$", watched.out, re.MULTILINE), watched.out
    assert project[1] in COLOURS.sub("", listed.out)
    assert "\x1b" not in COLOURS.sub("", listed.out), "forced colours are the only escape sequences"


async def test_help_can_be_read_whatever_width_is_set(tmp_path: Path) -> None:
    usual, *others = await asyncio.gather(
        *(
            botarmy("", "run", "--help", cwd=tmp_path, env=env)
            for env in ({}, {"COLUMNS": "0"}, {"COLUMNS": "1"}, {"TERMINAL_WIDTH": "wide"}, {"TERMINAL_WIDTH": "2"})
        )
    )
    assert "--model" in usual.out
    assert others == [usual] * len(others)


@pytest.mark.long
async def test_a_terminal_gets_only_what_it_supports(api_url: str, tmp_path: Path) -> None:
    async def output(env: dict[str, str]) -> str:
        async with on_a_terminal(api_url, *QUICK, cwd=tmp_path, env=env) as terminal:
            await terminal.sees("Delivered: ", 60)
            assert await terminal.ended() == 0
            return terminal.raw

    dumb, incompatible, colourless, *widths = await asyncio.gather(
        *(output(env) for env in ({"TERM": "dumb"}, {"TTY_COMPATIBLE": "0"}, {"NO_COLOR": "1"})),
        *(output({"COLUMNS": columns, "LINES": "0"}) for columns in ("0", "1", "wide", "100000")),
    )
    for raw in (dumb, incompatible):
        assert "build: coder starts" in raw
        assert "\x1b" not in raw
    assert f", since {datetime.now(UTC).astimezone():%Y-%m-%d}" in colourless
    assert not re.search(r"\x1b\[(?:\d+;)*(?:3[0-8]|9[0-7]|4[0-8])[;m]", colourless)
    assert all("\x1b" in raw for raw in widths)
