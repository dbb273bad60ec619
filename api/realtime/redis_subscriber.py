"""The relay's ear: one connection to Redis for all channels."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
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
IDLE = UUID(int=0)  # no project has it; its channel keeps the connection subscribed when nothing is followed
MESSAGES_AT_ONCE = 32
CHANNELS_AT_ONCE = 500


@dataclass(slots=True)
class _ChannelHandler:
    hear: Callable[[bytes], None]
    resumed: Callable[[], None]
    listening: asyncio.Event = field(default_factory=asyncio.Event)


class RedisSubscriber:
    """Follows channels of the bus. Reconnects by itself, and notices a connection that died without a word."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._idle = bus.channel(IDLE)
        self._handlers = {self._idle: _ChannelHandler(lambda message: None, self._connected)}
        self._subscribed: set[str] = set()
        self._unconfirmed: Counter[str] = Counter()
        self._changed = asyncio.Event()
        self._attempted = asyncio.Event()
        self._last_sign = 0.0
        self.stale = True
        """Whether something may be published that is not heard."""

    def follow(self, channel: str, hear: Callable[[bytes], None], resumed: Callable[[], None]) -> None:
        """Begin to listen. `hear` gets each message; `resumed` is called when the channel is listened to (again), so
        what was published before must be looked up."""
        self._handlers[channel] = handler = _ChannelHandler(hear, resumed)
        if channel in self._subscribed and channel not in self._unconfirmed:
            handler.listening.set()  # dropped a moment ago, and still heard
        self._changed.set()

    def unfollow(self, channel: str) -> None:
        del self._handlers[channel]
        self._changed.set()

    async def listening(self, channel: str) -> None:
        """Wait until a followed channel is listened to; not for long, and not at all while Redis is doubtful."""
        if not self.stale and (handler := self._handlers.get(channel)):
            with suppress(TimeoutError):
                async with asyncio.timeout(ACK_SECONDS):
                    await handler.listening.wait()

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
                    self._subscribed = {self._idle}
                    self._unconfirmed = Counter(self._subscribed)
                    await pubsub.subscribe(*self._subscribed)
                    tasks.create_task(self._command(pubsub))
                    tasks.create_task(self._read(pubsub))
            except* (RedisError, OSError, TimeoutError) as group:
                failures = 1 if not self.stale else failures + 1
                if failures == 1:
                    log.warning("redis_connection_lost", reason=repr(group.exceptions[0]))
            finally:
                self.stale = True
                self._subscribed = set()
                for handler in self._handlers.values():
                    handler.listening.clear()
                self._attempted.set()
            await asyncio.sleep(min(BACKOFF_SECONDS, 0.1 * 2 ** min(failures, 10)))

    async def _command(self, pubsub: PubSub) -> None:
        loop = asyncio.get_running_loop()
        pinged = loop.time()
        while True:
            self._changed.clear()
            wanted, before = set(self._handlers), self._subscribed
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
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError  # Redis's client loses one that comes as its command has gone out
            with suppress(TimeoutError):  # wait_for would lose a cancellation that comes together with the change
                async with asyncio.timeout(PING_SECONDS):
                    await self._changed.wait()

    async def _read(self, pubsub: PubSub) -> None:
        loop = asyncio.get_running_loop()
        messages = 0
        while True:
            message = await pubsub.get_message(timeout=PING_SECONDS)
            if message is None:
                continue
            self._last_sign = loop.time()
            if message["type"] == "message":
                if handler := self._handlers.get(message["channel"].decode()):
                    handler.hear(message["data"])
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
        if handler := self._handlers.get(channel):
            handler.listening.set()
            handler.resumed()

    def _connected(self) -> None:
        self.stale = False
        self._attempted.set()
        log.info("redis_connected")


def _batches(channels: set[str]) -> Iterator[tuple[str, ...]]:
    ordered = iter(channels)
    while batch := tuple(islice(ordered, CHANNELS_AT_ONCE)):
        yield batch
