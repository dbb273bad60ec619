"""The order in which one socket is given one project's events: a pure class, no I/O."""

from __future__ import annotations


class EventSequencer:
    """Gives out numbered texts in order, each once, none left out, however they arrive.

    What is missing comes from the log: while `behind`, offer it what the log has after `last`. Texts that arrive ahead
    of their turn are held, at most `hold` of them; further ones are forgotten, since the log has them.
    """

    def __init__(self, hold: int) -> None:
        self.last: int | None = None
        """The number given out last; None before the start, when everything is held."""
        self.target = 0
        """The highest number known to exist."""
        self._hold = hold
        self._held: dict[int, str] = {}

    @property
    def behind(self) -> bool:
        """Whether the log has something that was not given out."""
        return self.last is not None and self.last < self.target

    def start(self, last: int, head: int) -> list[str]:
        """Begin after the number `last` of a log that ends at `head`; returns what may go out."""
        self.last = last
        self.expect(head)
        self._held = {seq: text for seq, text in self._held.items() if seq > last}
        self.target = max(self.target, last)
        return self._run()

    def take(self, seq: int, text: str) -> list[str]:
        """Accept an event, from Redis or from the log; returns what may go out, in order."""
        if self.last is not None and seq <= self.last:
            return []
        self.target = max(self.target, seq)
        if seq - 1 == self.last:
            self._held.pop(seq, None)
            self.last = seq
            return [text, *self._run()] if self._held else [text]
        if len(self._held) < self._hold:
            self._held[seq] = text
        return []

    def expect(self, head: int) -> None:
        """Learn that the log reaches to `head`."""
        self.target = max(self.target, head)

    def exhausted(self, target: int) -> None:
        """Learn that the log had nothing after `last`, asked while `target` was expected: that number was false."""
        if self.last is not None and self.target <= target:
            self.target = self.last
            self._held.clear()

    def _run(self) -> list[str]:
        texts = []
        while self.last is not None and (text := self._held.pop(self.last + 1, None)) is not None:
            self.last += 1
            texts.append(text)
        return texts
