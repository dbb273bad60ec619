"""The recording of a task over HTTP."""

from __future__ import annotations

import base64

import httpx2
import pytest

from models.contracts.recording import Recording
from tests.api_client import BRIEF, UNKNOWN_ID, V1, assert_problem, get, start, wait_for_request

pytestmark = pytest.mark.usefixtures("worker")


async def test_a_recording_has_what_the_agent_was_given(http: httpx2.AsyncClient) -> None:
    project = await start(http)
    request = await wait_for_request(http, project, "discovery")
    detail = await get(http, f"/tasks/{request['task_id']}")
    recording = Recording.model_validate(await get(http, f"/tasks/{request['task_id']}/recording"))
    assert (recording.project_name, recording.stage, recording.round) == ("Guest book", "discovery", 1)
    assert (recording.role.name, recording.role.writes) == ("analyst", "document")
    assert recording.instructions == detail["instructions"]
    assert list(recording.expected_outputs) == detail["expected_outputs"]
    assert recording.brief == BRIEF
    (given,) = recording.inputs
    assert (given.type, given.version, given.media_type, given.body) == (
        "user_input",
        1,
        "text/markdown",
        BRIEF.encode(),
    )
    assert recording.entries == ()  # it asked no model


async def test_an_input_that_is_no_text_is_in_base64(http: httpx2.AsyncClient) -> None:
    project = await start(http)
    image = {"type": "user_input", "name": "image", "media_type": "image/png", "encoding": "base64"}
    content = base64.b64encode(b"\x89PNG\xff").decode()
    artifact = (await http.post(f"{V1}/projects/{project}/artifacts", json=image | {"content": content})).json()
    body = {"agent_type": "analyst", "instructions": "Look.", "context_ids": [artifact["artifact_id"]]}
    task = (await http.post(f"{V1}/projects/{project}/tasks", json=body)).json()["task_id"]
    (given,) = Recording.model_validate(await get(http, f"/tasks/{task}/recording")).inputs
    assert (given.name, given.encoding, given.body) == ("image", "base64", b"\x89PNG\xff")


async def test_an_unknown_task_has_no_recording(http: httpx2.AsyncClient) -> None:
    assert_problem(await http.get(f"{V1}/tasks/{UNKNOWN_ID}/recording"), 404, "task")
