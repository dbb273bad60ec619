"""Puts numbered events in order for one socket; numbers come from `store/transaction.py`."""

from __future__ import annotations


class EventSequencer:
    """Releases numbered texts in order, each once and without a gap, in whatever order they arrive.

    Missing events come from the log: while `is_behind`, push what the log has after `last`. Texts that arrive ahead of
    their turn are held, at most `max_held` of them; further ones are dropped, since the log has them.
    """

    def __init__(self, max_held: int) -> None:
        self.last: int | None = None
        """The number released last; None before the start, when everything is held."""
        self.target = 0
        """The highest number known to exist."""
        self._max_held = max_held
        self._held: dict[int, str] = {}

    @property
    def is_behind(self) -> bool:
        """Whether the log has events that were not released."""
        return self.last is not None and self.last < self.target

    def start(self, last: int, head: int) -> list[str]:
        """Start after the number `last` of a log that ends at `head`. Return the texts to send."""
        self.last = last
        self.raise_target(head)
        self._held = {seq: text for seq, text in self._held.items() if seq > last}
        self.target = max(self.target, last)
        return self._release_held()

    def push(self, seq: int, text: str) -> list[str]:
        """Accept an event, from Redis or from the log. Return the texts to send, in order."""
        if self.last is not None and seq <= self.last:
            return []
        self.target = max(self.target, seq)
        if seq - 1 == self.last:
            self._held.pop(seq, None)
            self.last = seq
            return [text, *self._release_held()] if self._held else [text]
        if len(self._held) < self._max_held:
            self._held[seq] = text
        return []

    def raise_target(self, head: int) -> None:
        """Record that the log reaches to `head`."""
        self.target = max(self.target, head)

    def log_exhausted(self, target: int) -> None:
        """Record that the log had nothing after `last` when it was read up to `target`: that number was false."""
        if self.last is not None and self.target <= target:
            self.target = self.last
            self._held.clear()

    def _release_held(self) -> list[str]:
        texts = []
        while self.last is not None and (text := self._held.pop(self.last + 1, None)) is not None:
            self.last += 1
            texts.append(text)
        return texts
