"""The relay's ear: one connection to Redis for all followed projects."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from uuid import UUID

import structlog
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from store.bus import Bus

log = structlog.get_logger(__name__)

PING_SECONDS = 1.0
SILENCE_SECONDS = 3.0  # after so long without a sign, a connection is given up
ACK_SECONDS = 1.0
BACKOFF_SECONDS = 2.0
IDLE = UUID(int=0)  # no project has it; its channel keeps the connection subscribed when no one follows anything
MESSAGES_AT_ONCE = 32
CHANNELS_AT_ONCE = 500


class Listener:
    """Follows projects on the bus. Reconnects by itself, and notices a connection that died without a word.

    `hear` gets each message; `resumed` is called when a project is listened to (again), so what was published before
    must be looked up in the log.
    """

    def __init__(self, bus: Bus, hear: Callable[[UUID, bytes], None], resumed: Callable[[UUID], None]) -> None:
        self._bus, self._hear, self._resumed = bus, hear, resumed
        self._wanted: dict[str, UUID] = {bus.channel(IDLE): IDLE}
        self._listening: dict[UUID, asyncio.Event] = {IDLE: asyncio.Event()}
        self._subscribed: set[str] = set()
        self._unconfirmed: Counter[str] = Counter()
        self._changed = asyncio.Event()
        self._attempted = asyncio.Event()
        self._last_sign = 0.0
        self.doubtful = True
        """Whether events may be published that are not heard."""

    def follow(self, project_id: UUID) -> None:
        channel = self._bus.channel(project_id)
        self._wanted[channel] = project_id
        self._listening[project_id] = event = asyncio.Event()
        if channel in self._subscribed and channel not in self._unconfirmed:
            event.set()  # dropped a moment ago, and still heard
        self._changed.set()

    def unfollow(self, project_id: UUID) -> None:
        del self._wanted[self._bus.channel(project_id)]
        del self._listening[project_id]
        self._changed.set()

    async def listening(self, project_id: UUID) -> None:
        """Wait until a followed project is listened to; not for long, and not at all while Redis is doubtful."""
        if not self.doubtful and (event := self._listening.get(project_id)):
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), ACK_SECONDS)

    async def attempted(self) -> None:
        """Wait for the outcome, good or bad, of the first attempt to connect."""
        await self._attempted.wait()

    async def run(self) -> None:
        """Listen until cancelled."""
        failures = 0
        while True:
            try:
                async with self._bus.listening() as pubsub, asyncio.TaskGroup() as tasks:
                    self._last_sign = asyncio.get_running_loop().time()
                    self._subscribed = {self._bus.channel(IDLE)}
                    self._unconfirmed = Counter(self._subscribed)
                    await pubsub.subscribe(*self._subscribed)
                    tasks.create_task(self._command(pubsub))
                    tasks.create_task(self._read(pubsub))
            except* (RedisError, OSError, TimeoutError) as group:
                failures = 1 if not self.doubtful else failures + 1
                if failures == 1:
                    log.warning("redis_connection_lost", reason=repr(group.exceptions[0]))
            finally:
                self.doubtful = True
                self._subscribed = set()
                for event in self._listening.values():
                    event.clear()
                self._attempted.set()
            await asyncio.sleep(min(BACKOFF_SECONDS, 0.1 * 2 ** min(failures, 10)))

    async def _command(self, pubsub: PubSub) -> None:
        loop = asyncio.get_running_loop()
        pinged = loop.time()
        while True:
            self._changed.clear()
            wanted, before = set(self._wanted), self._subscribed
            self._subscribed = wanted
            self._unconfirmed.update(wanted - before)
            for channels in _batches(before - wanted):
                await pubsub.unsubscribe(*channels)
            for channels in _batches(wanted - before):
                await pubsub.subscribe(*channels)
            if loop.time() - pinged >= PING_SECONDS:
                if loop.time() - self._last_sign > SILENCE_SECONDS:
                    raise TimeoutError("Redis is silent")
                pinged = loop.time()
                await pubsub.ping()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), PING_SECONDS)

    async def _read(self, pubsub: PubSub) -> None:
        loop = asyncio.get_running_loop()
        messages = 0
        while True:
            message = await pubsub.get_message(timeout=PING_SECONDS)
            if message is None:
                continue
            self._last_sign = loop.time()
            if message["type"] == "message":
                if project_id := self._wanted.get(message["channel"].decode()):
                    self._hear(project_id, message["data"])
            elif message["type"] == "subscribe":
                self._confirm(message["channel"].decode())
            messages += 1
            if messages % MESSAGES_AT_ONCE == 0:
                # Messages that wait in a buffer are read without a pause; let the sockets send in between.
                await asyncio.sleep(0)

    def _confirm(self, channel: str) -> None:
        self._unconfirmed[channel] -= 1
        if self._unconfirmed[channel] > 0:
            return  # dropped and subscribed again since: there is a hole before the last acknowledgement
        del self._unconfirmed[channel]
        project_id = self._wanted.get(channel)
        if project_id == IDLE:
            self.doubtful = False
            self._attempted.set()
            log.info("redis_connected")
        if project_id is not None:
            self._listening[project_id].set()
            self._resumed(project_id)


def _batches(channels: set[str]) -> Iterator[tuple[str, ...]]:
    ordered = iter(channels)
    while batch := tuple(islice(ordered, CHANNELS_AT_ONCE)):
        yield batch
