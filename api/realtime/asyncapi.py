"""The AsyncAPI 3 document of `/ws`: each frame is a message with a JSON Schema, built from the models of the frames."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.realtime.client_frames import ClientFrame
from api.realtime.frames import CONTROL_FRAMES
from models.contracts.events import ENVELOPES

Json = dict[str, Any]

_DESCRIPTION = (
    "Follows projects live. `seq` numbers the events of a project from 1 without gaps; control frames and live-only "
    "events have none. Ignore event types and fields that you do not know: new versions may add some."
)
_QUERY: Json = {
    "type": "object",
    "properties": {
        "project_id": {"type": "string", "format": "uuid", "description": "The project to follow."},
        "since": {
            "type": "integer",
            "minimum": 0,
            "description": "The number of the last event seen. Later events follow, then live ones; "
            "without it, events from now on.",
        },
        "live": {"type": "string", "enum": ["true"], "description": "Also what models write for the project."},
    },
}


@cache
def document() -> Json:
    """Return the document; do not change it."""
    events = {f"event.{event_type}": envelope for event_type, envelope in ENVELOPES.items()}
    controls = {f"control.{_tag(frame, 'event_type')}": frame for frame in CONTROL_FRAMES}
    requests = {f"client.{_tag(frame, 'action')}": frame for frame in get_args(ClientFrame)}
    messages: dict[str, type[BaseModel]] = {**events, **controls, **requests}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "BotArmy events", "version": "1", "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": {
            "relay": {
                "address": "/ws",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"method": "GET", "query": _QUERY, "bindingVersion": "0.1.0"}},
            }
        },
        "operations": {
            "sendFrame": _operation("send", "Frames from the server.", (*events, *controls)),
            "receiveFrame": _operation("receive", "Frames from the client.", requests),
        },
        "components": {
            "messages": {name: _message(name, frame) for name, frame in messages.items()},
            "schemas": _schemas(messages.values(), envelopes={*events.values(), *CONTROL_FRAMES}),
        },
    }


def _tag(frame: type[BaseModel], field: str) -> str:
    """The value of the field that tells the frames apart."""
    (value,) = get_args(frame.model_fields[field].annotation)
    return str(value)


def _operation(action: Literal["send", "receive"], summary: str, names: Iterable[str]) -> Json:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": "#/channels/relay"},
        "messages": [{"$ref": f"#/channels/relay/messages/{name}"} for name in names],
    }


def _message(name: str, frame: type[BaseModel]) -> Json:
    return {
        "name": name.partition(".")[2],
        "summary": (frame.__doc__ or "").strip(),
        "payload": {"$ref": f"#/components/schemas/{frame.__name__}"},
    }


def _schemas(frames: Iterable[type[BaseModel]], envelopes: set[type[BaseModel]]) -> Json:
    # Validation schemas, since clients read these: a field of `data` with a default may be missing.
    _, definitions = models_json_schema(
        [(frame, "validation") for frame in frames], ref_template="#/components/schemas/{model}"
    )
    schemas: Json = definitions["$defs"]
    for envelope in envelopes:
        schema = schemas[envelope.__name__]
        schema["required"] = list(schema["properties"])
    return schemas
