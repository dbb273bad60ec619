"""The worker of the benchmark sends what the worker sends."""

from __future__ import annotations

from typing import Any
from unittest import mock

import temporalio.activity
from temporalio.testing import ActivityEnvironment

from benchmarks.watched_worker.__main__ import Watch


async def test_a_watched_heartbeat_keeps_its_details() -> None:
    """One that fails would end the step's heartbeats, and Temporal would start it again every few seconds."""
    watch, environment, sent = Watch(), ActivityEnvironment(), list[tuple[Any, ...]]()
    environment.on_heartbeat = lambda *details: sent.append(details)

    async def step() -> None:
        temporalio.activity.heartbeat({"turn": 1})
        temporalio.activity.heartbeat()

    with mock.patch("temporalio.activity.heartbeat", watch.heartbeat):
        await environment.run(step)
    assert sent == [({"turn": 1},), ()]
    assert watch.gap > 0
