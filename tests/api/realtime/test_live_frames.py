"""What models write, as the relay sends it: from Redis to a socket that asks for it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection

from api.realtime import live_feed
from models.contracts.live_text import LiveText
from models.contracts.names import BuiltInRole
from store.live_texts import LiveTexts
from tests.api.realtime.relay_server import Frame, Relay, receive, until
from tests.waiting import eventually


@pytest_asyncio.fixture
async def texts(running: Relay) -> LiveTexts:
    """The texts as a worker writes them."""
    return LiveTexts(running.store.bus)


def text(project_id: UUID, said: str, **changes: Any) -> LiveText:
    task = {"project_id": project_id, "task_id": UUID(int=1), "agent_type": BuiltInRole.CODER, "stage": "build"}
    return LiveText(**{**task, "call": UUID(int=2), "turn": 3, "text": said, **changes})


async def subscribe(socket: ClientConnection, project_id: UUID, **options: Any) -> None:
    await socket.send(json.dumps({"action": "subscribe", "project_id": str(project_id), **options}))


async def live(socket: ClientConnection) -> Frame:
    return (await until(socket, lambda frame: frame["event_type"] == "live"))[-1]


async def until_watched(texts: LiveTexts, project_id: UUID) -> None:
    await eventually(lambda: texts.is_watched(project_id))


async def test_a_socket_gets_the_text_so_far_then_what_is_new_and_the_end(running: Relay, texts: LiveTexts) -> None:
    project_id = await running.project()
    await texts.show(text(project_id, "I write"))
    async with running.connect() as socket:
        await subscribe(socket, project_id, live=True)
        first = await live(socket)
        assert (first["seq"], first["project_id"], first["task_id"]) == (None, str(project_id), str(UUID(int=1)))
        assert first["agent_type"] == "coder"
        known = {"stage": "build", "call": str(UUID(int=2)), "turn": 3, "tool": None, "is_cut": False, "ended": False}
        assert first["data"] == {**known, "offset": 0, "text": "I write"}
        await texts.show(text(project_id, "I write it.", tool="finish"))
        assert (await live(socket))["data"] == {**known, "offset": 7, "text": " it.", "tool": "finish"}
        await texts.show(text(project_id, "Again.", call=UUID(int=4)))
        again = (await live(socket))["data"]
        assert (again["call"], again["offset"], again["text"]) == (str(UUID(int=4)), 0, "Again.")
        await texts.end(project_id, UUID(int=1))
        ended = (await live(socket))["data"]
        assert (ended["call"], ended["offset"], ended["text"], ended["ended"]) == (str(UUID(int=4)), 6, "", True)


async def test_a_new_socket_and_a_second_one_get_the_whole_text_once(running: Relay, texts: LiveTexts) -> None:
    project_id = await running.project()
    async with running.connect() as first:
        await subscribe(first, project_id, live=True)
        await until_watched(texts, project_id)
        await texts.show(text(project_id, "One "))
        assert (await live(first))["data"]["text"] == "One "
        async with running.connect() as second:
            await subscribe(second, project_id, live=True)
            assert (await live(second))["data"]["text"] == "One "
            await texts.show(text(project_id, "One two."))
            for socket in (first, second):
                data = (await live(socket))["data"]
                assert (data["offset"], data["text"]) == (4, "two.")


async def test_the_url_can_ask_for_it(running: Relay, texts: LiveTexts) -> None:
    project_id = await running.project()
    await texts.show(text(project_id, "I write"))
    async with running.connect(project_id, "0&live=true") as socket:
        assert (await live(socket))["data"]["text"] == "I write"


async def test_a_socket_that_does_not_ask_gets_none_and_watches_nothing(running: Relay, texts: LiveTexts) -> None:
    project_id = await running.project()
    async with running.connect(project_id) as socket:
        await receive(socket)
        assert not await texts.is_watched(project_id)
        await texts.show(text(project_id, "Unseen."))
        head = await running.record(project_id)
        frames = await until(socket, lambda frame: frame["seq"] == head)
        assert {frame["event_type"] for frame in frames} == {"error"}


async def test_a_project_is_watched_while_a_socket_lives(
    running: Relay, texts: LiveTexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_feed, "REFRESH_SECONDS", 0.05)
    monkeypatch.setattr("store.live_texts.WATCHED_SECONDS", 1)
    monkeypatch.setattr("store.live_texts.LOOK_SECONDS", 0)
    project_id = await running.project()

    async def is_unwatched() -> bool:
        return not await texts.is_watched(project_id)

    async with running.connect() as socket:
        await subscribe(socket, project_id, live=True)
        await until_watched(texts, project_id)
        await socket.send(json.dumps({"action": "unsubscribe", "project_id": str(project_id)}))
        await eventually(is_unwatched)
        await subscribe(socket, project_id, live=True)
        await until_watched(texts, project_id)
    await eventually(is_unwatched)
    assert running.hub.live_feed.projects == frozenset()


async def test_a_text_whose_wake_up_was_lost_is_found(
    lossy: Relay, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_feed, "REFRESH_SECONDS", 0.05)
    project_id = await lossy.project()
    found = text(project_id, "Quietly.")
    async with lossy.connect() as socket:
        await subscribe(socket, project_id, live=True)
        prefix = settings.channel_prefix
        redis = lossy.store.bus.redis
        await redis.sadd(f"{prefix}:live-tasks:{project_id}", str(found.task_id))
        await redis.set(f"{prefix}:live-text:{found.task_id}", found.model_dump_json())
        assert (await live(socket))["data"]["text"] == "Quietly."
        await redis.delete(f"{prefix}:live-text:{found.task_id}")  # it expires when a worker has died
        assert (await live(socket))["data"]["ended"]


@pytest.mark.parametrize("value", [1, "yes", None])
async def test_live_is_a_boolean(running: Relay, value: object) -> None:
    async with running.connect() as socket:
        await subscribe(socket, uuid4(), live=value)
        frame = await receive(socket)
        assert (frame["data"]["code"], "live" in frame["data"]["message"]) == ("bad_frame", True)
