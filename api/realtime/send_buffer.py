"""What waits for one socket's reader: bounded in frames and in size."""

from __future__ import annotations

import asyncio
from collections import deque

MAX_CHARACTERS = 4 * 2**20


class SendBuffer:
    """A queue with one reader that never makes a writer wait: a full one refuses."""

    def __init__(self, frames: int, characters: int = MAX_CHARACTERS) -> None:
        self._texts: deque[str] = deque()
        self._size = 0
        self._frames, self._characters = frames, characters
        self._filled, self._roomy = asyncio.Event(), asyncio.Event()
        self._roomy.set()
        self._ended = False
        self._taken_at: float | None = None

    def put(self, text: str) -> bool:
        """Append; False where there is no room. What is put after the end is dropped."""
        if self._ended:
            return True
        if self._texts and (len(self._texts) >= self._frames or self._size + len(text) > self._characters):
            return False
        self._texts.append(text)
        self._size += len(text)
        self._filled.set()
        if len(self._texts) * 2 > self._frames or self._size * 2 > self._characters:
            self._roomy.clear()
        return True

    def end(self, *, discard: bool) -> None:
        """Accept no more; what waits still goes out, unless it is discarded."""
        self._ended = True
        if discard:
            self._texts.clear()
            self._size = 0
        self._filled.set()
        self._roomy.set()

    async def take(self) -> str | None:
        """The next text, when there is one; None after the end. Taking says that the one before is sent."""
        self._taken_at = None
        while not self._texts:
            if self._ended:
                return None
            self._filled.clear()
            await self._filled.wait()
        text = self._texts.popleft()
        self._size -= len(text)
        if not self._roomy.is_set() and len(self._texts) * 2 <= self._frames and self._size * 2 <= self._characters:
            self._roomy.set()
        self._taken_at = asyncio.get_running_loop().time()
        return text

    async def room(self) -> None:
        """Wait until it is at most half full: who reads the log goes at the reader's pace."""
        await self._roomy.wait()

    def stalled(self, seconds: float) -> bool:
        """Whether the text taken last is not sent after so many seconds."""
        return self._taken_at is not None and asyncio.get_running_loop().time() - self._taken_at > seconds
