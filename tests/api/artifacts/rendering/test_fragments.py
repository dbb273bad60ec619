"""Fragments are made once, and kept as long as there is room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from api.artifacts.content_processes import ContentProcesses
from api.artifacts.rendering import Fragments, Subject
from api.errors import NotFoundError


class Counted:
    """Counts how often content was asked for."""

    def __init__(self, body: bytes = b"x") -> None:
        self.loads = 0
        self._body = body

    async def __call__(self) -> bytes:
        self.loads += 1
        await asyncio.sleep(0)
        return self._body


def subject(number: int = 1, file: str | None = None) -> Subject:
    return Subject(f"{number:064}", "text/plain", "x", file)


@pytest_asyncio.fixture(scope="module")
async def processes() -> AsyncIterator[ContentProcesses]:
    processes = ContentProcesses()
    yield processes
    await processes.close()


async def test_a_fragment_is_made_once_however_many_ask(processes: ContentProcesses) -> None:
    fragments, load = Fragments(processes), Counted()
    (made,) = set(await asyncio.gather(*(fragments.of(subject(), load) for _ in range(20))))
    assert b"<code>x</code>" in made
    assert await fragments.of(subject(), load) == made
    assert load.loads == 1


async def test_what_was_not_asked_for_longest_makes_room(processes: ContentProcesses) -> None:
    size = len(await Fragments(processes).of(subject(), Counted()))
    fragments, load = Fragments(processes, limit=2 * size), Counted()
    for number in (1, 2, 1, 3):
        await fragments.of(subject(number), load)
    assert load.loads == 3
    await fragments.of(subject(1), load)
    assert load.loads == 3
    await fragments.of(subject(2), load)
    assert load.loads == 4


async def test_what_is_larger_than_the_room_is_made_each_time(processes: ContentProcesses) -> None:
    fragments, load = Fragments(processes, limit=10), Counted()
    for _ in range(2):
        assert b"<code>x</code>" in await fragments.of(subject(), load)
    assert load.loads == 2


async def test_a_problem_is_not_kept(processes: ContentProcesses) -> None:
    fragments, load = Fragments(processes), Counted(b'{"files": {"a": "x"}}')
    wrong = Subject("hash", "application/vnd.botarmy.files+json", "x", "b")
    for _ in range(2):
        with pytest.raises(NotFoundError):
            await fragments.of(wrong, load)
    assert load.loads == 2
