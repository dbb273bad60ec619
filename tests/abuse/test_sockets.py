"""Five hundred sockets, each of which receives ten events a second."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from models.contracts.event_data import ErrorEvent
from store.transaction import Store
from tests.abuse.listeners import Listeners
from tests.abuse.target import Target
from tests.api.realtime.relay_server import Feed
from tests.proving import Proof

PROJECTS = 10
A_SECOND = 10
MIN_RATE = 0.95
"""The share of the intended rate that the writers must reach for the test to count."""
MAX_LAG_SECONDS = 0.25


@pytest.mark.item(23)
async def test_many_sockets_receive_everything_without_delay(target: Target, target_store: Store, proof: Proof) -> None:
    """This process writes the events, each in its own transaction; the sockets are in another process."""
    each, seconds = proof.times(50, 10), proof.times(120, 2)
    feed = Feed(target.url.removeprefix("http://"), target_store)
    ids = [await feed.paused_project() for _ in range(PROJECTS)]

    async def write(project_id: UUID, offset: float) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time() + offset
        for number in range(seconds * A_SECOND):
            await asyncio.sleep(started + number / A_SECOND - loop.time())
            async with target_store.transaction(project_id) as tx:
                tx.record(ErrorEvent(message=f"event {number} of a load that is a test"), key=str(uuid4()))

    async with Listeners.ready(target.url, [str(project_id) for project_id in ids], each) as listeners:
        started = asyncio.get_running_loop().time()
        await asyncio.gather(
            *(write(project_id, number / A_SECOND / PROJECTS) for number, project_id in enumerate(ids))
        )
        took = asyncio.get_running_loop().time() - started
        heads = {str(project_id): await feed.head(project_id) for project_id in ids}
        received = await listeners.received(heads)
    rate = received.frames / took / received.sockets
    # With the few frames of the short form, the p99 depends on the machine.
    quantile, lag = ("p99", received.p99) if proof.is_full else ("p50", received.p50)
    proof.row(
        f"{received.sockets} sockets on one API process, {each} on each of {PROJECTS} projects, "
        f"{rate:.1f} events a second to each for {took:.0f} s",
        f"{received.frames} frames",
        f"nothing lost or duplicated; {quantile} from commit to frame under {1000 * MAX_LAG_SECONDS:.0f} ms",
        f"{received.lost} lost, {received.wrong} duplicated or out of order; p50 {1000 * received.p50:.0f} ms, "
        f"p99 {1000 * received.p99:.0f} ms, longest {1000 * received.longest:.0f} ms",
    )
    # A worker may record that the workflow of a project is missing: these projects have none.
    assert received.frames >= each * PROJECTS * seconds * A_SECOND
    assert (received.lost, received.wrong) == (0, 0)
    assert rate > MIN_RATE * A_SECOND or not proof.is_full
    assert lag < MAX_LAG_SECONDS
    assert target.deaths == []
