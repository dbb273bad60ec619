"""The relay's connection to Redis: one for all channels."""

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
SILENCE_SECONDS = 3.0  # after this time without an answer, the connection is closed
ACK_SECONDS = 1.0
BACKOFF_SECONDS = 2.0
IDLE = UUID(int=0)  # no project has this id; its channel keeps the connection subscribed when nothing else does
MESSAGES_AT_ONCE = 32
CHANNELS_AT_ONCE = 500


@dataclass(slots=True)
class _ChannelHandler:
    on_message: Callable[[bytes], None]
    on_subscribed: Callable[[], None]
    subscribed: asyncio.Event = field(default_factory=asyncio.Event)


class RedisSubscriber:
    """Subscribes to channels of the bus. It reconnects by itself, and detects a connection that died silently."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._idle = bus.channel(IDLE)
        self._handlers = {self._idle: _ChannelHandler(lambda message: None, self._on_connected)}
        self._subscribed: set[str] = set()
        self._unconfirmed: Counter[str] = Counter()
        self._changed = asyncio.Event()
        self._attempted = asyncio.Event()
        self._last_received_at = 0.0
        self.is_stale = True
        """Whether messages may be published that are not received."""

    def subscribe(self, channel: str, on_message: Callable[[bytes], None], on_subscribed: Callable[[], None]) -> None:
        """Subscribe to a channel. `on_message` is called with each message; `on_subscribed` is called whenever Redis
        confirms the subscription, also after a reconnect: look up what was published before."""
        self._handlers[channel] = handler = _ChannelHandler(on_message, on_subscribed)
        if channel in self._subscribed and channel not in self._unconfirmed:
            handler.subscribed.set()  # the handler was dropped a moment ago, and Redis is still subscribed
        self._changed.set()

    def unsubscribe(self, channel: str) -> None:
        del self._handlers[channel]
        self._changed.set()

    async def wait_subscribed(self, channel: str) -> None:
        """Wait until Redis has confirmed the subscription, for at most ACK_SECONDS. Return at once while stale."""
        if not self.is_stale and (handler := self._handlers.get(channel)):
            with suppress(TimeoutError):
                async with asyncio.timeout(ACK_SECONDS):
                    await handler.subscribed.wait()

    async def wait_attempted(self) -> None:
        """Wait until the first attempt to connect has succeeded or failed."""
        await self._attempted.wait()

    async def run(self) -> None:
        """Receive messages until cancelled."""
        failures = 0
        while True:
            try:
                async with self._bus.listening() as pubsub, asyncio.TaskGroup() as tasks:
                    self._last_received_at = asyncio.get_running_loop().time()
                    self._subscribed = {self._idle}
                    self._unconfirmed = Counter(self._subscribed)
                    await pubsub.subscribe(*self._subscribed)
                    tasks.create_task(self._send_commands(pubsub))
                    tasks.create_task(self._receive_messages(pubsub))
            except* (RedisError, OSError, TimeoutError) as group:
                failures = 1 if not self.is_stale else failures + 1
                if failures == 1:
                    log.warning("redis_connection_lost", reason=repr(group.exceptions[0]))
            finally:
                self.is_stale = True
                self._subscribed = set()
                for handler in self._handlers.values():
                    handler.subscribed.clear()
                self._attempted.set()
            await asyncio.sleep(min(BACKOFF_SECONDS, 0.1 * 2 ** min(failures, 10)))

    async def _send_commands(self, pubsub: PubSub) -> None:
        loop = asyncio.get_running_loop()
        pinged_at = loop.time()
        while True:
            self._changed.clear()
            wanted, before = set(self._handlers), self._subscribed
            self._subscribed = wanted
            self._unconfirmed.update(wanted - before)
            for channels in _batches(before - wanted):
                await pubsub.unsubscribe(*channels)
            for channels in _batches(wanted - before):
                await pubsub.subscribe(*channels)
            if loop.time() - pinged_at >= PING_SECONDS:
                if loop.time() - self._last_received_at > SILENCE_SECONDS:
                    raise TimeoutError("Redis is silent")
                pinged_at = loop.time()
                await pubsub.ping()
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError  # the Redis client loses one that arrives while a command is sent
            with suppress(TimeoutError):  # wait_for would lose a cancellation that coincides with the change
                async with asyncio.timeout(PING_SECONDS):
                    await self._changed.wait()

    async def _receive_messages(self, pubsub: PubSub) -> None:
        loop = asyncio.get_running_loop()
        messages = 0
        while True:
            message = await pubsub.get_message(timeout=PING_SECONDS)
            if message is None:
                continue
            self._last_received_at = loop.time()
            if message["type"] == "message":
                if handler := self._handlers.get(message["channel"].decode()):
                    handler.on_message(message["data"])
            elif message["type"] == "subscribe":
                self._on_confirmed(message["channel"].decode())
            messages += 1
            if messages % MESSAGES_AT_ONCE == 0:
                # Buffered messages are read without a pause; let the sockets send in between.
                await asyncio.sleep(0)

    def _on_confirmed(self, channel: str) -> None:
        self._unconfirmed[channel] -= 1
        if self._unconfirmed[channel] > 0:
            return  # unsubscribed and subscribed again since: messages before the last confirmation are missing
        del self._unconfirmed[channel]
        if handler := self._handlers.get(channel):
            handler.subscribed.set()
            handler.on_subscribed()

    def _on_connected(self) -> None:
        self.is_stale = False
        self._attempted.set()
        log.info("redis_connected")


def _batches(channels: set[str]) -> Iterator[tuple[str, ...]]:
    remaining = iter(channels)
    while batch := tuple(islice(remaining, CHANNELS_AT_ONCE)):
        yield batch
