"""What a socket takes and refuses, and how it is closed."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from config.settings import Settings
from tests.api.realtime.relay_server import Relay, close_code, condition, numbers, receive, relay, until


@pytest.mark.parametrize(
    ("project_id", "since", "code", "problem"),
    [
        ("x", None, 4400, "bad_project_id"),
        (uuid4(), None, 4404, "unknown_project"),
        (uuid4(), 5, 4404, "unknown_project"),
        (uuid4(), -1, 4400, "bad_since"),
        (uuid4(), "abc", 4400, "bad_since"),
        (uuid4(), 10**30, 4400, "bad_since"),
        (None, 1, 4400, "bad_since"),
    ],
)
async def test_an_invalid_query_string_gets_an_error_frame_and_a_close_code(
    running: Relay, project_id: object, since: object, code: int, problem: str
) -> None:
    async with running.connect(project_id, since) as socket:
        error = await receive(socket)
        assert (error["event_type"], error["data"]["code"]) == ("error", problem)
        assert await close_code(socket) == code


async def test_an_invalid_frame_gets_an_error_frame_and_the_socket_stays_open(running: Relay) -> None:
    project_id = await running.project()
    subscribe = json.dumps({"action": "subscribe", "project_id": str(project_id)})
    async with running.connect(project_id) as socket:
        await receive(socket)
        for sent, code in (
            ("{", "bad_frame"),
            (b"binary", "bad_frame"),
            (subscribe, "already_followed"),
            (subscribe.replace("subscribe", "unsubscribe").replace(str(project_id), str(uuid4())), "not_followed"),
            (subscribe.replace(str(project_id), str(uuid4())), "unknown_project"),
        ):
            await socket.send(sent)
            error = await receive(socket)
            assert (error["event_type"], error["seq"], error["data"]["code"]) == ("error", None, code)
        head = await running.record(project_id)
        assert await numbers(socket, head) == [head]


async def test_a_socket_follows_a_limited_number_of_projects(running: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.realtime.socket.MAX_PROJECTS", 1)
    one, other = await running.project(), await running.project()
    async with running.connect(one) as socket:
        await receive(socket)
        await socket.send(json.dumps({"action": "subscribe", "project_id": str(other)}))
        assert (await receive(socket))["data"]["code"] == "too_many_projects"


async def test_a_frame_that_is_too_large_closes_only_its_own_socket(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect(project_id) as witness, running.connect(project_id) as socket:
        await receive(witness)
        await receive(socket)
        await socket.send("x" * 65_537)
        assert await close_code(socket) == 1009
        head = await running.record(project_id)
        assert await numbers(witness, head) == [head]


async def test_a_client_that_exceeds_the_rate_limit_is_closed_with_4429(running: Relay) -> None:
    async with running.connect() as socket:
        for _ in range(1000):
            await socket.send("{")
        assert await close_code(socket) == 4429


async def test_pages_of_other_origins_are_refused_before_the_handshake(running: Relay) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await running.connect(origin="http://evil.example")
    assert refused.value.response.status_code == 403
    async with running.connect(origin=f"http://{running.address}") as socket:
        await socket.send('{"action": "ping"}')
        assert (await receive(socket))["event_type"] == "pong"


async def test_one_connection_too_many_is_closed_with_4013(settings: Settings) -> None:
    async with relay(settings.model_copy(update={"websocket_connections": 2})) as running:
        async with running.connect() as first, running.connect():
            async with running.connect() as third:
                assert await close_code(third) == 4013
            await first.send('{"action": "ping"}')
            assert (await receive(first))["event_type"] == "pong"
        await condition(lambda: not running.hub.sockets)
        async with running.connect() as socket:
            await socket.send('{"action": "ping"}')
            assert (await receive(socket))["event_type"] == "pong"


async def test_heartbeats_have_the_head_of_each_project(settings: Settings) -> None:
    async with relay(settings.model_copy(update={"websocket_heartbeat_seconds": 0.1})) as running:
        project_id = await running.project()
        head = await running.head(project_id)
        async with running.connect(project_id) as socket:
            beat = (await until(socket, lambda frame: frame["event_type"] == "heartbeat"))[-1]
            assert (beat["seq"], beat["project_id"], beat["data"]) == (None, str(project_id), {"head": head})
            head = await running.record(project_id)
            await until(socket, lambda frame: frame["data"] == {"head": head})


async def test_a_restart_closes_sockets_with_1012(settings: Settings) -> None:
    async with relay(settings) as running, running.connect() as socket:
        await running.hub.close()
        assert await close_code(socket) == 1012


async def test_a_server_shutdown_closes_sockets_with_1012(settings: Settings) -> None:
    async with relay(settings) as running:
        socket = await running.connect(await running.project())
        await receive(socket)
    assert await close_code(socket) == 1012
