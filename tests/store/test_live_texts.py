"""The texts that models are writing, in Redis, and without it."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from config.settings import Settings
from models.contracts.live_text import LiveText
from models.contracts.names import BuiltInRole
from store import live_texts
from store.bus import Bus
from store.live_texts import LiveTexts
from store.transaction import Store


def text(said: str) -> LiveText:
    return LiveText(
        project_id=uuid4(),
        task_id=uuid4(),
        call=uuid4(),
        agent_type=BuiltInRole.CODER,
        stage="build",
        turn=1,
        text=said,
    )


async def test_a_text_is_read_until_its_call_has_ended(store: Store) -> None:
    texts, shown = LiveTexts(store.bus), text("I write")
    assert await texts.read(shown.project_id) == {}
    await texts.show(shown)
    longer = shown.model_copy(update={"text": "I write it."})
    await texts.show(longer)
    assert await texts.read(shown.project_id) == {shown.task_id: longer}
    assert 0 < await store.bus.redis.ttl(store.bus.key("live-text", shown.task_id)) <= live_texts.KEPT_SECONDS
    await texts.end(shown.project_id, shown.task_id)
    assert await texts.read(shown.project_id) == {}


async def test_redis_is_asked_once_a_second_whether_a_project_is_watched(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, project_id, asked = LiveTexts(store.bus), uuid4(), 0
    exists = store.bus.redis.exists

    async def counted(*keys: str) -> int:
        nonlocal asked
        asked += 1
        return int(await exists(*keys))

    monkeypatch.setattr(store.bus.redis, "exists", counted)
    assert [await texts.is_watched(project_id) for _ in range(100)] == [False] * 100
    assert asked == 1
    await LiveTexts(store.bus).keep_watched(project_id)
    monkeypatch.setattr(live_texts, "LOOK_SECONDS", 0)
    assert await texts.is_watched(project_id)


async def test_a_look_that_is_cancelled_is_not_relied_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    texts, project_id, asking = LiveTexts(store.bus), uuid4(), asyncio.Event()
    await texts.keep_watched(project_id)

    async def hanging(*keys: str) -> int:
        asking.set()
        await asyncio.sleep(60)
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(store.bus.redis, "exists", hanging)
        looking = asyncio.create_task(texts.is_watched(project_id))
        await asking.wait()
        looking.cancel()
        await asyncio.wait([looking])
    assert await texts.is_watched(project_id)


async def test_without_redis_nothing_raises_and_one_line_is_logged(settings: Settings) -> None:
    bus = Bus(settings.model_copy(update={"redis_url": "redis://127.0.0.1:9/0"}))
    texts, shown = LiveTexts(bus), text("I write")
    with capture_logs() as logs:
        assert await texts.is_watched(shown.project_id) is False
        await texts.show(shown)
        await texts.end(shown.project_id, shown.task_id)
        await texts.keep_watched(shown.project_id)
        assert await texts.read(shown.project_id) is None
    assert [line["event"] for line in logs] == ["live_text_unavailable"]
    with pytest.raises((RedisConnectionError, OSError)):
        await bus.ping()
    await bus.close()


async def test_what_another_version_has_written_is_left_out(store: Store) -> None:
    texts, shown = LiveTexts(store.bus), text("I write")
    await texts.show(shown)
    await store.bus.redis.set(store.bus.key("live-text", shown.task_id), b'{"other": 1}')
    assert await texts.read(shown.project_id) == {}
