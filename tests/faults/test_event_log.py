"""The event log with many concurrent writers, and over a bus that loses, duplicates and reorders messages."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from uuid import UUID

import pytest
import pytest_asyncio

from cli.stack.embedded import Servers
from config.settings import Settings
from models.contracts.events import Event
from store import events
from store.bus import Bus
from store.transaction import Store
from tests.api.realtime.relay_server import Feed, Relay, relay, until
from tests.conftest import own_settings, own_store
from tests.proving import Proof
from tests.store.log_under_test import CONNECTIONS, WRITERS, head, log, new_project, write_and_read

FAULT_RATE = 0.1


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    """Settings without a worker, whose sweeper would start these projects and write to their logs."""
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"database_pool": CONNECTIONS})


@pytest_asyncio.fixture
async def many(settings: Settings) -> AsyncIterator[Store]:
    """A store with a connection for each writer."""
    async with own_store(settings) as store:
        yield store


@pytest.mark.item(15)
async def test_concurrent_writers_and_rollbacks_leave_no_gap_and_a_reader_misses_nothing(
    many: Store, proof: Proof
) -> None:
    units = proof.times(full=300, short=25)
    project_id = await new_project(many)
    writing = await write_and_read(many, project_id, units, str(proof.random.random()))
    numbers = [seq for seq, _ in writing.seen]
    gapless = numbers == list(range(1, len(numbers) + 1))
    missed = len(await log(many, project_id)) - len(numbers)
    proof.row(
        f"{WRITERS} writers and one reader on a log, {writing.rolled_back} units of work rolled back",
        WRITERS * units,
        "the sequence is gapless; the reader misses nothing",
        f"{len(numbers)} events, {'gapless' if gapless else 'with gaps'}; the reader read {writing.looks} times "
        f"and missed {missed}",
    )
    assert gapless
    assert writing.seen == await log(many, project_id)
    assert {key for _, key in writing.seen} - {"None"} == writing.told
    assert await head(many, project_id) == len(numbers)


class FaultyBus(Bus):
    """Loses, duplicates or delays one message in ten."""

    def __init__(self, settings: Settings, choices: random.Random) -> None:
        super().__init__(settings)
        self.faults: Counter[str] = Counter()
        self._choices = choices
        self._late: list[Event] = []

    def publish(self, events: Iterable[Event]) -> None:
        late, self._late = self._late, []
        published: list[Event] = []
        for event in events:
            fault = (
                self._choices.choice(("dropped", "duplicated", "delayed"))
                if self._choices.random() < FAULT_RATE
                else "sent"
            )
            self.faults[fault] += 1
            if fault == "delayed":
                self._late.append(event)
            published += [event] * {"dropped": 0, "duplicated": 2, "delayed": 0, "sent": 1}[fault]
        super().publish([*published, *late])


async def _events_in_table(running: Relay, project_id: UUID, since: int) -> list[object]:
    """Return the events after a number, as a client receives them."""
    async with running.store.reading() as connection:
        found = await events.since(connection, project_id, since, limit=100_000)
    return [json.loads(each.model_dump_json()) for each in found]


async def _write_and_follow(running: Relay, writer: Store, choices: random.Random, units: int) -> int:
    """Write a log while three clients follow it from different positions. Returns how many frames they received."""
    project_id = await running.project(events=5)
    start = await running.head(project_id)
    feed = Feed(running.address, writer)

    async def follow(since: int) -> int:
        async with running.connect(project_id, since=since) as socket:
            ready.release()
            last = await written
            frames = await until(socket, lambda frame: frame["seq"] == last, within=60)
        view: list[object] = [frame for frame in frames if frame["seq"] is not None]
        assert view == await _events_in_table(running, project_id, since)
        return len(view)

    ready = asyncio.Semaphore(0)
    written: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    following = [asyncio.create_task(follow(since)) for since in (0, choices.randint(1, start - 1), start)]
    for _ in following:
        await ready.acquire()
    last = start
    for _ in range(units):
        last = await feed.record(project_id, choices.randint(1, 20))
    written.set_result(last)
    return sum(await asyncio.gather(*following))


@pytest.mark.item(15)
async def test_clients_receive_every_event_in_order_over_a_faulty_bus(settings: Settings, proof: Proof) -> None:
    logs, units = proof.times(full=40, short=4), proof.times(full=60, short=15)
    async with relay(settings) as running:
        bus = FaultyBus(settings, proof.random)
        writer = Store(running.store.database, bus)
        frames = 0
        for _ in range(0, logs, 4):
            frames += sum(
                await asyncio.gather(*(_write_and_follow(running, writer, proof.random, units) for _ in range(4)))
            )
        await bus.close()
    proof.row(
        f"{FAULT_RATE:.0%} of the Redis messages dropped, duplicated or delayed, each log followed by three clients",
        f"{bus.faults.total()} messages",
        "clients receive exactly the events of the table",
        f"{dict(bus.faults)}; {frames} frames of {logs} logs, all equal to the table",
    )
    assert set(bus.faults) == {"dropped", "duplicated", "delayed", "sent"}
