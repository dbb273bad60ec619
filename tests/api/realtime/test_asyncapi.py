"""The AsyncAPI document: it is valid, it is complete, and what the socket carries fits it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft7Validator, ValidationError

from api.realtime import asyncapi, frames
from api.realtime.client_frames import read_frame
from api.realtime.close_codes import ErrorCode
from models.contracts.enums import EventType
from models.contracts.event_data import ErrorEvent
from tests.api.realtime.relay_server import Relay, until
from tests.signing_in import signed_in

ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
SPECIFICATION = json.loads((Path(__file__).parents[2] / "asyncapi-3.0.0.json").read_text())
DOCUMENT: dict[str, Any] = json.loads(json.dumps(asyncapi.document()))


def validate(message: str, frame: object) -> None:
    payload = DOCUMENT["components"]["messages"][message]["payload"]
    Draft7Validator(payload | {"components": DOCUMENT["components"]}).validate(frame)


def names(prefix: str) -> set[str]:
    messages = DOCUMENT["components"]["messages"]
    return {name.removeprefix(prefix) for name in messages if name.startswith(prefix)}


def test_the_document_is_valid() -> None:
    Draft7Validator(SPECIFICATION).validate(DOCUMENT)


def test_the_document_has_every_frame() -> None:
    assert names("event.") == set(EventType)
    assert names("control.") == set(frames.ControlType)
    assert names("client.") == {"subscribe", "unsubscribe", "watch", "unwatch", "ping"}
    sent, received = (DOCUMENT["operations"][name]["messages"] for name in ("sendFrame", "receiveFrame"))
    assert len(sent) + len(received) == len(DOCUMENT["channels"]["relay"]["messages"])


@pytest.mark.parametrize(
    "text",
    [
        frames.connection_ready(ID, 3),
        frames.heartbeat(ID, 3),
        frames.watching(),
        frames.project_changed(ID, 3),
        frames.pong(),
        frames.error(ErrorCode.BAD_FRAME, "No."),
        frames.since_past_head(ID, 9, 3),
    ],
)
def test_a_control_frame_fits_the_document(text: str) -> None:
    frame = json.loads(text)
    validate(f"control.{frame['event_type']}", frame)


@pytest.mark.parametrize(
    "frame", [{"action": "subscribe", "project_id": str(ID), "since": 0}, {"action": "watch"}, {"action": "ping"}]
)
def test_a_frame_that_the_socket_reads_fits_the_document(frame: dict[str, Any]) -> None:
    assert read_frame(json.dumps(frame)).action == frame["action"]
    validate(f"client.{frame['action']}", frame)


def test_a_frame_that_the_socket_refuses_does_not_fit_the_document() -> None:
    for frame in ({"action": "subscribe"}, {"action": "subscribe", "project_id": str(ID), "since": -1}):
        with pytest.raises(ValidationError):
            validate("client.subscribe", frame)


async def test_the_api_serves_the_document(running: Relay) -> None:
    async with signed_in(f"http://{running.address}") as http:
        answer = await http.get("/asyncapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == DOCUMENT


async def test_a_projects_log_fits_the_document(running: Relay) -> None:
    project_id = await running.project()
    async with running.store.transaction(project_id) as tx:
        tx.record(ErrorEvent(message="Something is wrong."), key="wrong")
    head = await running.head(project_id)
    async with running.connect(project_id, since=0) as socket:
        log = await until(socket, lambda frame: frame["seq"] == head)
        assert [frame["seq"] for frame in log[1:]] == list(range(1, head + 1))
    for frame in log[1:]:
        validate(f"event.{frame['event_type']}", frame)
