"""What is published, and how many times."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson

from models.contracts.enums import EventType
from models.contracts.events import Event
from store.transaction import Store
from tests.waiting import eventually


def event(project_id: UUID, seq: int | None) -> Event:
    event_type = EventType.TASK_PROGRESS if seq is None else EventType.ERROR
    return Event(event_type=event_type, seq=seq, project_id=project_id, data={}, timestamp=datetime.now(UTC))


async def test_events_published_together_announce_each_log_once(store: Store) -> None:
    bus, one, other, still = store.bus, uuid4(), uuid4(), uuid4()
    messages: list[tuple[str, bytes]] = []
    async with bus.listening() as pubsub:
        await pubsub.subscribe(bus.projects_channel, *(bus.channel(each) for each in (one, other, still)))
        bus.publish([event(one, 1), event(one, 2)])
        bus.publish([event(other, 7), event(still, None)])
        bus.publish([event(one, 4)])
        bus.publish([event(one, 3)])  # committed before, and published a moment later

        async def heard() -> bool:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1)
            if message is not None:
                messages.append((message["channel"].decode(), message["data"]))
            return len(messages) == 7

        await eventually(heard)
    channels = Counter(channel for channel, _ in messages)
    assert channels == {
        bus.channel(one): 4,
        bus.channel(other): 1,
        bus.channel(still): 1,
        bus.projects_channel: 1,
    }
    channel, grown = messages[-1]
    assert channel == bus.projects_channel
    assert orjson.loads(grown) == {str(one): 4, str(other): 7}


async def test_progress_alone_announces_no_log(store: Store) -> None:
    bus, project_id = store.bus, uuid4()
    messages: list[str] = []
    async with bus.listening() as pubsub:
        await pubsub.subscribe(bus.projects_channel, bus.channel(project_id))
        bus.publish([event(project_id, None)])
        await bus.flush()
        bus.publish([event(project_id, 1)])

        async def heard() -> bool:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1)
            if message is not None:
                messages.append(message["channel"].decode())
            return len(messages) == 3

        await eventually(heard)
    assert messages == [bus.channel(project_id), bus.channel(project_id), bus.projects_channel]
