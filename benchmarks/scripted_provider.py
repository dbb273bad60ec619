"""The scripted provider of the tests as a process, and what it says here. No model answers."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from cli.stack.checkout import CHECKOUT

MODEL = "openai:scripted"
NOTES = 10
"""Stages of the pipeline `ten-notes`."""
TURNS = 30
"""Turns of the coder in the pipeline `only-build`."""

Json = dict[str, Any]

_TEST = '''\
import unittest
from guestbook.page_{n} import entry

class Page(unittest.TestCase):
    def test_r{n}_entry(self):
        """R{n}: page {n} keeps its entry"""
        self.assertEqual(entry("Ada"), "{n}: Ada")
'''
_PAGE = '''\
"""Page {n} of the guest book."""


def entry(name):
    """Return the entry of a guest."""
    return f"{n}: {{name}}"
'''


@dataclass(frozen=True)
class ScriptedProvider:
    """A running provider; `environment` are the variables with which our processes find it."""

    url: str
    environment: Mapping[str, str]
    pid: int

    async def calls(self) -> Json:
        """Return its log, which grows with each call."""
        async with httpx2.AsyncClient(trust_env=False, timeout=60) as client:
            log: Json = (await client.get(f"{self.url}/calls")).json()
            return log

    async def was_asked(self) -> bool:
        return bool((await self.calls())["total"])

    async def forget(self) -> None:
        """Empty its log."""
        async with httpx2.AsyncClient(trust_env=False, timeout=60) as client:
            (await client.delete(f"{self.url}/calls")).raise_for_status()


@asynccontextmanager
async def scripted_provider(folder: Path, seconds: float, together: int) -> AsyncIterator[ScriptedProvider]:
    """Run a provider.

    Args:
        seconds: how long it takes to answer a call of `ten-notes`, once `together` of them wait. Those of `only-build`
            are answered soon.
    """
    async with provider_of(folder, _script(seconds, together)) as provider:
        yield provider


@asynccontextmanager
async def provider_of(folder: Path, *scripts: Json) -> AsyncIterator[ScriptedProvider]:
    """Run a provider with scripts as `tests.provider` describes them."""
    paths = [folder / f"script-{number}.json" for number in range(len(scripts))]
    for path, script in zip(paths, scripts, strict=True):
        await asyncio.to_thread(path.write_text, json.dumps(script))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.provider", *map(str, paths)), cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        said = json.loads(await process.stdout.readline())
        yield ScriptedProvider(said["url"], said["environment"], process.pid)
    finally:
        process.terminate()
        await process.wait()


def _script(seconds: float, together: int) -> Json:
    text = "A note of some length. " * 40
    notes = {
        f"note-{n}": [
            {**_turn(_call("submit", **{f"note_{n}": {"markdown": text}}), seconds=seconds), "together": together}
        ]
        for n in range(1, NOTES + 1)
    }
    return {"conversations": {**notes, "build": _building()}}


def _building() -> list[Json]:
    """Return the turns of a coder: for each page a module and its test, a look, a change, a run of the tests."""
    package = _call("write_file", path="guestbook/__init__.py", content='"""The guest book."""\n')
    turns = [[_call("list_files")], [package]]
    page = 0
    while len(turns) < TURNS - 1:
        page += 1
        path = f"guestbook/page_{page}.py"
        turns += [
            [
                _call("write_file", path=path, content=_PAGE.format(n=page)),
                _call("write_file", path=f"tests/test_page_{page}.py", content=_TEST.format(n=page)),
            ],
            [_call("read_file", path=path)],
            [_call("replace", path=path, old="of a guest.", new=f"of a guest on page {page}.")],
            [_call("run_tests")],
        ]
    turns = [*turns[: TURNS - 1], [_call("finish", summary="The guest book keeps its entries.")]]
    return [_turn(*calls, seconds=0.1) for calls in turns]


def _turn(*calls: Json, seconds: float) -> Json:
    return {"calls": calls, "seconds": seconds}


def _call(name: str, **arguments: Any) -> Json:
    return {"name": name, "arguments": arguments}
