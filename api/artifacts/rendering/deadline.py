"""How long one rendering may go on: what people and agents write may be made to take for ever."""

from __future__ import annotations

import time


class Deadline:
    """Seconds of the processor that the thread which made it may still spend."""

    def __init__(self, seconds: float) -> None:
        self._end = time.thread_time() + seconds

    @property
    def passed(self) -> bool:
        return time.thread_time() > self._end
