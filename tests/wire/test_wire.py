"""REST and WebSocket carry the JSON that was recorded, texts for people aside.

`WIRE_RECORD=1 pytest tests/wire` records `recorded/` again: do so only if the contract is meant to change, and say so
in the changelog. `first_fields.json` names the fields that were recorded with the code of commit 829b7f5, before it
moved into its present folders; it is never recorded again, since clients rely on each of them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
import pytest_asyncio
from jsonschema import Draft7Validator

from tests.wire.chapters import CHAPTERS, Chapter
from tests.wire.transcript import Transcript

if TYPE_CHECKING:
    from config.settings import Settings

HERE = Path(__file__).parent

pytestmark = pytest.mark.usefixtures("worker")


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings) -> Settings:
    small = {"max_brief_bytes": 30_000, "max_body_bytes": 300_000, "websocket_heartbeat_seconds": 0.5}
    return settings.model_copy(update=small | {"pipelines_dir": HERE / "pipelines"})


def fields_of(value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of each value, such as `[].answer.items[].id`."""
    match value:
        case dict():
            for name, member in value.items():
                yield from fields_of(member, f"{path}.{name}")
        case list():
            for member in value:
                yield from fields_of(member, f"{path}[]")
        case _:
            yield path


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.__name__)
async def test_the_wire_is_unchanged(chapter: Chapter, http: httpx2.AsyncClient) -> None:
    transcript = Transcript(http)
    await chapter(transcript)
    file = HERE / "recorded" / f"{chapter.__name__}.json"
    if os.environ.get("WIRE_RECORD"):
        file.write_text(json.dumps(transcript.entries, indent=1, ensure_ascii=False) + "\n")
        return
    first: dict[str, list[str]] = json.loads((HERE / "first_fields.json").read_text())
    assert set(first.get(chapter.__name__, ())) <= set(fields_of(transcript.entries))
    recorded: list[Any] = json.loads(file.read_text())
    for then, now in zip(recorded, transcript.entries, strict=False):
        assert now == then
    assert len(transcript.entries) == len(recorded)
    document = (await http.get("/asyncapi.json")).json()
    for frame in transcript.received:
        kind = "control" if frame["seq"] is None and frame["event_type"] != "task_progress" else "event"
        payload = document["components"]["messages"][f"{kind}.{frame['event_type']}"]["payload"]
        Draft7Validator(payload | {"components": document["components"]}).validate(frame)
