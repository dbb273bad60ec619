"""The log of the scripted provider: each request, and how it ended."""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from tests.provider.request import Request

Ending = Literal["answered", "client left", "cut"]


@dataclass
class CallRecord:
    """One request; `ended` is None while it is in flight. A request that cannot be parsed has no conversation.

    `target` is its path, with the query if it has one; `at` is when it came, in seconds since 1970.
    """

    shape: str
    target: str
    headers: Mapping[str, str]
    raw: bytes
    conversation: str | None = None
    turn: int | None = None
    attempt: int | None = None
    model: str | None = None
    script: str | None = None
    fault: str | None = None
    status: int | None = None
    ended: Ending | None = None
    at: float = field(default_factory=time.time)

    @property
    def body(self) -> Any:
        """The body as JSON, or as text if it is none."""
        try:
            return json.loads(self.raw)
        except ValueError:
            return self.raw.decode(errors="replace")


class Calls:
    """The newest calls, as many as fit into `limit` bytes. The counts are of all calls.

    Attributes:
        total: how many calls there have been.
        counts: by conversation ("build#1") and turn, whatever was answered.
        most_in_flight: how many of the kept calls were in flight at the same time.
    """

    def __init__(self, limit: int = 64 * 2**20) -> None:
        self._limit = limit
        self.clear()

    def clear(self) -> None:
        """Forget all calls and attempts."""
        self.total = self.most_in_flight = 0
        self.counts: Counter[tuple[str, int]] = Counter()
        self._attempts: Counter[str] = Counter()
        self._kept: deque[CallRecord] = deque()
        self._size = 0

    def __iter__(self) -> Iterator[CallRecord]:
        return iter(tuple(self._kept))

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, index: int) -> CallRecord:
        return self._kept[index]

    @property
    def in_flight(self) -> int:
        """How many of the kept calls have not ended."""
        return sum(call.ended is None for call in self._kept)

    def add(self, call: CallRecord) -> None:
        """Keep a call; the oldest ones go if there is no room."""
        self.total += 1
        self._kept.append(call)
        self._size += len(call.raw)
        while self._size > self._limit:
            self._size -= len(self._kept.popleft().raw)
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def count(self, request: Request) -> int:
        """Count a request to its conversation and turn; return how many equal ones there have been, with this one."""
        self.counts[request.conversation, request.turn] += 1
        self._attempts[request.fingerprint] += 1
        return self._attempts[request.fingerprint]

    def document(self) -> bytes:
        """The log as JSON; the counts as {"build#1": {"1": 2}}."""
        counts: dict[str, dict[int, int]] = {}
        for (conversation, turn), count in self.counts.items():
            counts.setdefault(conversation, {})[turn] = count
        names = [field.name for field in fields(CallRecord) if field.name != "raw"]
        calls = [{name: getattr(call, name) for name in (*names, "body")} for call in self]
        figures = {"total": self.total, "in_flight": self.in_flight, "most_in_flight": self.most_in_flight}
        return json.dumps({**figures, "counts": counts, "calls": calls}).encode()
