"""The frames that wait for one socket's reader, limited in number and in size."""

from __future__ import annotations

import asyncio
from collections import deque

MAX_CHARACTERS = 4 * 2**20

TEXTS_AT_ONCE, CHARACTERS_AT_ONCE = 16, 64 * 2**10
"""How much the reader gets at once. A text alone may be longer."""


class SendBuffer:
    """A queue with one reader. It never blocks a writer: a full buffer refuses."""

    def __init__(self, max_frames: int, max_characters: int = MAX_CHARACTERS) -> None:
        self._texts: deque[str] = deque()
        self._characters = 0
        self._max_frames, self._max_characters = max_frames, max_characters
        self._not_empty, self._has_space = asyncio.Event(), asyncio.Event()
        self._has_space.set()
        self._is_ended = False
        self._sending_since: float | None = None

    def put_nowait(self, text: str) -> bool:
        """Append a text. Return False if the buffer is full. After the end, texts are dropped."""
        if self._is_ended:
            return True
        if self._texts and (
            len(self._texts) >= self._max_frames or self._characters + len(text) > self._max_characters
        ):
            return False
        self._texts.append(text)
        self._characters += len(text)
        self._not_empty.set()
        if not self._is_half_empty():
            self._has_space.clear()
        return True

    def end(self, *, discard: bool) -> None:
        """Accept no more texts; those that wait are still sent, unless they are discarded."""
        self._is_ended = True
        if discard:
            self._texts.clear()
            self._characters = 0
        self._not_empty.set()
        self._has_space.set()

    async def get(self) -> list[str] | None:
        """Wait for the next texts. Return None after the end. A call means that those before have been sent."""
        self._sending_since = None
        while not self._texts:
            if self._is_ended:
                return None
            self._not_empty.clear()
            await self._not_empty.wait()
        texts, characters = [self._texts.popleft()], 0
        while self._texts and len(texts) < TEXTS_AT_ONCE:
            characters += len(texts[-1])
            if characters + len(self._texts[0]) > CHARACTERS_AT_ONCE:
                break
            texts.append(self._texts.popleft())
        self._characters -= sum(map(len, texts))
        if self._is_half_empty():
            self._has_space.set()
        self._sending_since = asyncio.get_running_loop().time()
        return texts

    async def wait_for_space(self) -> None:
        """Wait until the buffer is at most half full: the log is read no faster than the client reads."""
        await self._has_space.wait()

    def is_stalled(self, seconds: float) -> bool:
        """Return whether the texts that were taken last have not been sent for that time."""
        return self._sending_since is not None and asyncio.get_running_loop().time() - self._sending_since > seconds

    def _is_half_empty(self) -> bool:
        return len(self._texts) * 2 <= self._max_frames and self._characters * 2 <= self._max_characters
