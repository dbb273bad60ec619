"""The worker of the benchmark notes the heartbeats that the worker sends."""

from __future__ import annotations

import pytest

from benchmarks.watched_worker.__main__ import Watch
from worker.busy_loop import Beats


def test_the_longest_gap_between_two_heartbeats_is_noted() -> None:
    watch, beats = Watch(), Beats(timeout=4.0, last=0.0)
    with watch.watching():
        beats.sent({"turn": 1})
        assert watch.gap == 0, "before the first one there is no gap"
        beats.last -= 1.5
        beats.sent()
        beats.last -= 0.5
        beats.sent({"turn": 2})
    assert beats.details == ({"turn": 2},)
    assert watch.gap == pytest.approx(1.5, abs=0.1)
