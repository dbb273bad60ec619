"""Unit tests of the relay's parts."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from starlette.datastructures import QueryParams

from api.middleware.origins import is_allowed_origin
from api.realtime import frames
from api.realtime.client_frames import (
    MAX_SEQ,
    BadRequestError,
    Ping,
    Subscribe,
    Unsubscribe,
    Unwatch,
    Watch,
    read_frame,
    read_query,
)
from api.realtime.close_codes import ErrorCode
from api.realtime.rate_limit import RateLimit
from api.realtime.send_buffer import CHARACTERS_AT_ONCE, TEXTS_AT_ONCE, SendBuffer
from tests.waiting import PATIENCE_SECONDS

PROJECT = UUID("01936f00-0000-7000-8000-000000000001")  # the same in each process that collects these tests


async def test_a_full_send_buffer_refuses() -> None:
    send_buffer = SendBuffer(max_frames=3, max_characters=10)
    assert [send_buffer.put_nowait(text) for text in "abcd"] == [True, True, True, False]
    assert await send_buffer.get() == ["a", "b", "c"]
    assert send_buffer.put_nowait("x" * 100), "one frame alone always fits"
    assert not send_buffer.put_nowait("y")


async def test_a_send_buffer_hands_out_a_limited_number_of_texts_and_characters() -> None:
    send_buffer = SendBuffer(max_frames=100)
    half = "x" * (CHARACTERS_AT_ONCE // 2)
    texts = [*("a" for _ in range(TEXTS_AT_ONCE + 1)), half, half, 3 * half, "z"]
    assert all(send_buffer.put_nowait(text) for text in texts)
    send_buffer.end(discard=False)
    taken = []
    while (batch := await send_buffer.get()) is not None:
        taken.append(batch)
    assert [text for batch in taken for text in batch] == texts
    assert [len(batch) for batch in taken] == [TEXTS_AT_ONCE, 2, 1, 1, 1]


async def test_an_ended_send_buffer_returns_what_it_holds_and_then_none() -> None:
    send_buffer = SendBuffer(max_frames=3)
    send_buffer.put_nowait("a")
    send_buffer.end(discard=False)
    assert send_buffer.put_nowait("b"), "dropped without an error"
    assert [await send_buffer.get(), await send_buffer.get()] == [["a"], None]


async def test_a_send_buffer_has_space_again_when_half_empty() -> None:
    send_buffer = SendBuffer(max_frames=2 * TEXTS_AT_ONCE + 8)
    for _ in range(2 * TEXTS_AT_ONCE + 8):
        send_buffer.put_nowait("a")
    waiting = asyncio.create_task(send_buffer.wait_for_space())
    await send_buffer.get()
    await asyncio.sleep(0)
    assert not waiting.done()
    await send_buffer.get()
    await asyncio.wait_for(waiting, PATIENCE_SECONDS)


async def test_a_send_buffer_detects_a_text_that_is_not_sent() -> None:
    send_buffer = SendBuffer(max_frames=4)
    send_buffer.put_nowait("a")
    assert not send_buffer.is_stalled(-1)
    await send_buffer.get()
    assert send_buffer.is_stalled(-1)
    assert not send_buffer.is_stalled(60)


def test_a_rate_limit_is_exhausted_and_refills() -> None:
    rate_limit = RateLimit(0, burst=2, per_second=1)
    assert [rate_limit.try_acquire(now) for now in (0, 0, 0.5, 1)] == [True, True, False, True]
    assert [rate_limit.try_acquire(100) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("origin", "host", "allowed", "expected"),
    [
        (None, "api.example", [], True),
        ("https://api.example", "api.example", [], True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", [], True),
        ("http://127.0.0.1:9000", "127.0.0.1:8000", [], False),
        ("https://api.example.evil", "api.example", [], False),
        ("https://evil.example", "api.example", ["https://page.example"], False),
        ("https://Page.example", "api.example", ["https://page.example/"], True),
        ("null", "api.example", [], False),
        ("", "", [], False),
        ("http://[", "api.example", [], False),
        ("https://api.example", None, [], False),
    ],
)
def test_a_page_is_allowed_by_its_origin(
    origin: str | None, host: str | None, allowed: list[str], expected: bool
) -> None:
    assert is_allowed_origin(origin, host, allowed) is expected


def test_client_frames_are_parsed() -> None:
    assert read_frame(f'{{"action": "subscribe", "project_id": "{PROJECT}", "since": 7}}') == Subscribe(
        action="subscribe", project_id=PROJECT, since=7
    )
    assert read_frame(f'{{"action": "subscribe", "project_id": "{PROJECT}"}}') == Subscribe(
        action="subscribe", project_id=PROJECT
    )
    assert read_frame(f'{{"action": "unsubscribe", "project_id": "{PROJECT}"}}') == Unsubscribe(
        action="unsubscribe", project_id=PROJECT
    )
    assert read_frame('{"action": "watch"}') == Watch(action="watch")
    assert read_frame('{"action": "unwatch"}') == Unwatch(action="unwatch")
    assert read_frame('{"action": "ping"}') == Ping(action="ping")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        "null",
        '"ping"',
        "[" * 10_000,
        '{"action": "dance"}',
        '{"action": ["ping"]}',
        '{"action": "ping", "more": 1}',
        f'{{"action": "watch", "project_id": "{PROJECT}"}}',
        '{"action": "subscribe"}',
        '{"action": "subscribe", "project_id": 5}',
        '{"action": "subscribe", "project_id": "\\u0000"}',
        '{"action": "subscribe", "project_id": "\\ud800"}',
        *(
            f'{{"action": "subscribe", "project_id": "{PROJECT}", "since": {since}}}'
            for since in ("-1", "1.5", '"1"', "true", "NaN", "9223372036854775808", "1e400", "9" * 5000)
        ),
    ],
)
def test_an_invalid_client_frame_gets_an_error_message(text: str | None) -> None:
    with pytest.raises(BadRequestError) as raised:
        read_frame(text)
    assert raised.value.code is ErrorCode.BAD_FRAME
    assert str(raised.value)


@pytest.mark.parametrize("since", ["-1", "+1", "1.5", "", " 1", "one", "²", "٣", str(MAX_SEQ + 1), "9" * 5000])
def test_an_invalid_since_is_refused(since: str) -> None:
    with pytest.raises(BadRequestError) as raised:
        read_query(QueryParams({"project_id": str(PROJECT), "since": since}))
    assert raised.value.code is ErrorCode.BAD_SINCE


def test_the_query_string_is_parsed() -> None:
    assert read_query(QueryParams("")) is None
    first = read_query(QueryParams({"project_id": str(PROJECT), "since": str(MAX_SEQ)}))
    assert first == Subscribe(action="subscribe", project_id=PROJECT, since=MAX_SEQ)
    for query in ("project_id=", "project_id=x", f"project_id={PROJECT}0", "project_id=%00", "since=0"):
        with pytest.raises(BadRequestError):
            read_query(QueryParams(query))


@pytest.mark.parametrize(
    "message", [b"", b"{", b"[]", b"1", b"{}", b'{"seq":"1"}', b'{"seq":0}', b'{"seq":true}', b'{"seq":1.0}', b"\xff"]
)
def test_a_message_that_is_not_an_event_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        frames.parse_event(message)
