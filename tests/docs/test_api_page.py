"""docs/api.md says what the API does: its endpoints, its statuses, its frames, its close codes."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from api.app import create_app
from api.problem_codes import ProblemCode, code_of
from api.realtime.client_frames import read_frame
from api.realtime.close_codes import CloseCode, ErrorCode
from api.realtime.frames import ControlType, Live, LiveData, ProjectChanged
from config.settings import Settings
from models.contracts.enums import EventType, HitlAction
from models.contracts.event_data import TaskStarted
from models.contracts.events import Event
from tests.docs.event_tables import with_tables
from tests.docs.pages import block, read, rows, section

PAGE = read("docs/api.md")
FROM_THE_SERVER = {1009}
"""Close codes that uvicorn sends by itself."""


def openapi() -> dict[str, Any]:
    return create_app(Settings(_env_file=None)).openapi()


def test_every_endpoint_is_there_with_its_statuses() -> None:
    said = {
        call.strip("`"): set(re.findall(r"\d{3}", statuses))
        for call, _, statuses in (row for row in rows(section(PAGE, "REST")) if len(row) == 3)
        if re.match(r"`[A-Z]+ /", call)
    }
    done = {
        f"{method.upper()} {path}": set(call["responses"])
        for path, calls in openapi()["paths"].items()
        for method, call in calls.items()
    }
    assert said == done


def test_every_status_of_a_problem_is_explained() -> None:
    explained = {row[0] for row in rows(section(PAGE, "Problems"))}
    used = {
        status
        for calls in openapi()["paths"].values()
        for call in calls.values()
        for status, answer in call["responses"].items()
        if "application/problem+json" in answer.get("content", {})
    }
    assert used <= explained


def test_the_actions_are_those_of_the_code() -> None:
    table = {row[0].strip("`") for row in rows(section(PAGE, "Gates"))}
    assert set(HitlAction) <= table


def test_the_generated_tables_are_up_to_date() -> None:
    """`python -m tests.docs` rewrites them."""
    assert with_tables(PAGE) == PAGE


def test_every_frame_of_the_server_is_there() -> None:
    named = [row[0].strip("`") for row in rows(section(PAGE, "Frames from the server"))]
    events, controls, problems = set(EventType), set(ControlType), set(ErrorCode)
    assert set(named[: len(events)]) == events
    rest = named[len(events) :]
    assert set(rest[: len(controls)]) == controls
    assert set(rest[len(controls) :]) == problems


def test_the_example_of_an_event_is_one() -> None:
    examples = re.findall(r"```json\n(.*?)```", section(PAGE, "Frames from the server"), re.DOTALL)
    assert isinstance(Event.model_validate_json(examples[0]).payload, TaskStarted)


def test_the_frames_of_the_client_are_read() -> None:
    frames = json.loads(block("docs/api.md", "json client frames"))
    actions = [read_frame(json.dumps(frame)).action for frame in frames]
    assert actions == ["subscribe", "subscribe", "unsubscribe", "watch", "unwatch", "ping"]


def test_the_example_of_a_change_is_one() -> None:
    frame = ProjectChanged.model_validate_json(block("docs/api.md", "json project changed"))
    assert frame.event_type is ControlType.PROJECT_CHANGED


def test_the_example_of_live_text_is_one() -> None:
    example = json.loads(block("docs/api.md", "json live text"))
    data = LiveData.model_validate(example["data"])
    assert Live.model_validate(example).data.model_dump(mode="json") == data.model_dump(mode="json") == example["data"]


def test_the_close_codes_are_those_of_the_code() -> None:
    said = {int(row[0]) for row in rows(section(PAGE, "Close codes"))}
    assert said == set(CloseCode) | FROM_THE_SERVER


def test_every_code_of_a_problem_is_explained_with_its_status() -> None:
    said = {code.strip("`"): int(status) for code, status, _ in rows(section(PAGE, "Codes")) if status.isdigit()}
    assert set(said) == set(ProblemCode)
    for status in HTTPStatus:
        if status >= HTTPStatus.BAD_REQUEST and status in set(said.values()):
            assert said[code_of(status)] == status
