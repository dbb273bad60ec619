"""The output of the tests: its beginning and its end, in bounded memory."""

from __future__ import annotations


class Output:
    """Keeps at most `kept` bytes: three quarters from the beginning, the rest from the end."""

    def __init__(self, kept: int) -> None:
        self._head_size = kept * 3 // 4
        self._tail_size = kept - self._head_size
        self._head = bytearray()
        self._tail = bytearray()
        self.size = 0

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        room = self._head_size - len(self._head)
        self._head += chunk[:room]
        self._tail += chunk[room:]
        del self._tail[: -self._tail_size]

    def text(self) -> str:
        missing = self.size - len(self._head) - len(self._tail)
        between = f"\n[... {missing} bytes left out ...]\n".encode() if missing else b""
        return bytes(self._head + between + self._tail).decode(errors="replace")
