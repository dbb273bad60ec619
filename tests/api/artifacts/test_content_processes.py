"""Work on content is ended when it takes too long, and nobody waits for another's."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from api.artifacts import content_processes, versions
from api.artifacts.content_processes import BusyError, ContentProcesses, ExhaustedError
from api.artifacts.rendering import Fragments, Subject
from api.artifacts.rendering.views import view
from api.errors import ConflictError, InvalidError, NotFoundError
from artifacts.media_types import MARKDOWN

PATIENCE = 100.0
"""Seconds, on a machine that may stand still for a while."""


@pytest_asyncio.fixture
async def processes(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ContentProcesses]:
    monkeypatch.setattr(content_processes, "ANSWER_SECONDS", PATIENCE)
    monkeypatch.setattr(content_processes, "CPU_SECONDS", 0.5)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))  # functions of this module are done there, too
    made = ContentProcesses()
    yield made
    await made.close()
    assert not made._running


async def endless(processes: ContentProcesses) -> int:
    """One regular expression, which holds the interpreter's lock without end."""
    with pytest.raises(ExhaustedError):
        await processes.run(re.fullmatch, "(a+)+b", "a" * 60)
    return 1


async def test_work_is_done_again_and_again_in_the_same_process(processes: ContentProcesses) -> None:
    pids = {await processes.run(os.getpid) for _ in range(3)}
    assert len(pids) == 1
    assert os.getpid() not in pids
    body = os.urandom(20 * 2**20)
    assert await processes.run(bytes.hex, body) == body.hex()


async def test_what_work_raises_is_raised_here(processes: ContentProcesses) -> None:
    for error, function, arguments in (
        (ValueError, int, ("x",)),
        (ConflictError, versions.compared, (None, versions.Version("x v1", MARKDOWN, b"\xff"))),
        (NotFoundError, view, (Subject("hash", "application/zip", "x", "y"), b"PK\x05\x06" + bytes(18))),
    ):
        with pytest.raises(error):
            await processes.run(function, *arguments)  # type: ignore[arg-type]
    assert len(processes._running) == 1


async def test_endless_work_is_ended_and_the_next_is_done(processes: ContentProcesses) -> None:
    started = time.monotonic()
    await asyncio.gather(*(endless(processes) for _ in range(content_processes.PROCESSES)))
    assert time.monotonic() - started < PATIENCE / 2
    assert await processes.run(len, b"abc") == 3


async def test_work_that_takes_all_memory_is_ended(processes: ContentProcesses) -> None:
    with pytest.raises(ExhaustedError):
        await processes.run(bytes, 2**31)
    assert await processes.run(len, b"abc") == 3


async def test_while_all_are_busy_others_are_told_so(
    processes: ContentProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_processes, "WAIT_SECONDS", 0.05)
    sleeping = [asyncio.create_task(processes.run(time.sleep, 1000)) for _ in range(content_processes.PROCESSES)]
    while len(processes._running) < content_processes.PROCESSES:
        await asyncio.sleep(0.01)
    with pytest.raises(BusyError):
        await processes.run(len, b"abc")
    for one in sleeping:  # whoever asked is gone
        one.cancel()
    await asyncio.gather(*sleeping, return_exceptions=True)
    assert not processes._running
    assert await processes.run(len, b"abc") == 3


async def test_work_that_sleeps_is_given_up(processes: ContentProcesses, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await processes.run(len, b"abc") == 3
    monkeypatch.setattr(content_processes, "ANSWER_SECONDS", 0.05)
    with pytest.raises(BusyError):
        await processes.run(time.sleep, 1000)
    assert not processes._running


async def test_a_process_that_was_killed_meanwhile_is_replaced(processes: ContentProcesses) -> None:
    pid = await processes.run(os.getpid)
    os.kill(pid, signal.SIGKILL)
    while psutil.pid_exists(pid):
        await asyncio.sleep(0.01)
    assert await processes.run(os.getpid) != pid


async def test_processes_end_with_the_api() -> None:
    """However that ends: their standard input does."""
    processes = ContentProcesses()
    pid = await processes.run(os.getpid)
    (made,) = processes._running
    assert made.stdin is not None
    made.stdin.close()
    assert await asyncio.wait_for(made.wait(), PATIENCE) == 0
    assert not psutil.pid_exists(pid)


UGLY = {
    "entities": ("text/plain", "&" * 900_000),
    "entities of Markdown": (MARKDOWN, "&" * 131_072),
    "entities of code": ("text/x-python", ("&" * 900 + "\n") * 145),
    "entities of JSON": ("application/json", '"' + "&" * 131_000 + '"'),
    "hidden characters": ("text/plain", "\x01" * 900_000),
    "one long line": ("text/html", "<b>" * 300_000),
}


async def test_an_ugly_artifact_is_shown_as_text_and_holds_nobody_up(processes: ContentProcesses) -> None:
    fragments = Fragments(processes)

    async def shown(name: str) -> tuple[float, bytes]:
        media_type, text = UGLY[name]

        async def load() -> bytes:
            return text.encode()

        started = time.thread_time()
        html = await fragments.of(Subject(name, media_type, "ugly"), load)
        return time.thread_time() - started, html

    for name in UGLY:
        ours, html = await shown(name)
        assert re.match(rb'<article class="rendered rendered-(text|code)"><pre><code', html), name
        assert html.count("\u2401".encode()) + html.count(b"&amp;") + html.count(b"&lt;") > 100_000
        assert ours < 1, name


async def test_an_endless_rendering_becomes_text_once(
    processes: ContentProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are shown meanwhile; and who asks again does not wait again."""
    monkeypatch.setattr("api.artifacts.rendering.fragments.view", _endless_view)
    fragments = Fragments(processes)
    loads = 0

    async def load() -> bytes:
        nonlocal loads
        loads += 1
        return b"a < b"

    ugly, fine = Subject("1", MARKDOWN, "ugly"), Subject("2", MARKDOWN, "fine")
    slow = asyncio.create_task(fragments.of(ugly, load))
    await asyncio.sleep(0)
    assert b"fine" in await fragments.of(fine, load)
    first = asyncio.create_task(fragments.of(ugly, load))
    await asyncio.sleep(0)
    first.cancel()
    html = await slow
    assert b"a &lt; b" in html
    assert b"too involved" in html
    assert await fragments.of(ugly, load) == html
    assert loads == 2


def _endless_view(subject: Subject, body: bytes) -> bytes:
    if subject.name == "ugly":
        re.fullmatch("(a+)+b", "a" * 60)
    return subject.name.encode()


async def test_an_error_with_members_survives_the_way(processes: ContentProcesses) -> None:
    with pytest.raises(RuntimeError, match="InvalidError"):
        await processes.run(_invalid)
    assert await processes.run(len, b"abc") == 3


def _invalid() -> None:
    raise InvalidError("content", "is wrong")
