"""The time limit of one rendering: content can be made to take forever."""

from __future__ import annotations

import time


class Deadline:
    """A limit of processor seconds for the thread that creates it."""

    def __init__(self, seconds: float) -> None:
        self._end = time.thread_time() + seconds

    @property
    def has_passed(self) -> bool:
        return time.thread_time() > self._end
