"""Fragments are made once, one at a time, and kept as long as there is room."""

from __future__ import annotations

import asyncio

import pytest

from api.errors import NotFoundError
from api.rendering import Fragments, Subject
from api.rendering import fragments as module


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


async def test_a_fragment_is_made_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0

    def view(subject: Subject, body: bytes) -> bytes:
        nonlocal made
        made += 1
        return body

    monkeypatch.setattr(module, "view", view)
    fragments, load = Fragments(), Counted()
    assert set(await asyncio.gather(*(fragments.of(subject(), load) for _ in range(20)))) == {b"x"}
    assert await fragments.of(subject(), load) == b"x"
    assert made == 1
    loads = load.loads
    await fragments.of(subject(), load)
    assert load.loads == loads


async def test_what_was_not_asked_for_longest_makes_room() -> None:
    size = len(await Fragments().of(subject(), Counted()))
    fragments, load = Fragments(limit=2 * size), Counted()
    for number in (1, 2, 1, 3):
        await fragments.of(subject(number), load)
    assert load.loads == 3
    await fragments.of(subject(1), load)
    assert load.loads == 3
    await fragments.of(subject(2), load)
    assert load.loads == 4


async def test_what_is_larger_than_the_room_is_made_each_time() -> None:
    fragments, load = Fragments(limit=10), Counted()
    for _ in range(2):
        assert b"<code>x</code>" in await fragments.of(subject(), load)
    assert load.loads == 2


async def test_a_problem_is_not_kept() -> None:
    fragments, load = Fragments(), Counted(b'{"files": {"a": "x"}}')
    wrong = Subject("hash", "application/vnd.botarmy.files+json", "x", "b")
    for _ in range(2):
        with pytest.raises(NotFoundError):
            await fragments.of(wrong, load)
    assert load.loads == 2
