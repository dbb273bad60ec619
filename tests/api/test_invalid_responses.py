"""Responses to HITL requests that are refused for what they say."""

from __future__ import annotations

import httpx2
import pytest
import pytest_asyncio

from config.settings import Settings
from config.sizes import format_size
from tests.api_client import UNKNOWN_ID, V1, assert_problem, get, start, wait_for_request

pytestmark = pytest.mark.usefixtures("worker")

MAX_BYTES = 200_000


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_artifact_bytes": MAX_BYTES})


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"action": "amend"}, 422, "amend needs content"),
        ({"action": "amend", "content": " \n"}, 422, "content must not be blank"),
        ({"action": "amend", "content": "a\x00b"}, 422, "content"),
        ({"action": "amend", "content": "%%%", "encoding": "base64"}, 422, "content"),
        ({"action": "amend", "content": "/w==", "encoding": "base64"}, 422, "UTF-8"),
        ({"action": "amend", "content": "x" * (MAX_BYTES + 1)}, 413, format_size(MAX_BYTES)),
        ({"action": "reject"}, 422, "reject needs a comment"),
        ({"action": "reject", "comment": "  "}, 422, "comment"),
        ({"action": "reject", "comment": "x" * 10_001}, 422, "comment"),
        ({"action": "approve", "content": "# Mine\n"}, 422, "takes no content"),
        ({"action": "ignore"}, 422, "action"),
        ({}, 422, "action"),
        ({"action": "approve", "decision_id": "mine"}, 422, "decision_id"),
        ({"action": "approve", "artifact_id": UNKNOWN_ID}, 422, "artifact_id"),
        ({"action": "approve", "responder": ""}, 422, "responder"),
        ({"action": "approve", "responder": "x" * 256}, 422, "responder"),
        ({"action": "approve", "vote": 1}, 422, "vote"),
        ({"action": "amend", "comment": "Again.", "redo": "plan"}, 422, "redo: cannot be 'plan'; no step"),
        ({"action": "amend", "comment": "Again.", "redo": ""}, 422, "redo"),
        ({"action": "amend", "comment": "Again.", "redo": "x" * 64}, 422, "redo"),
        ({"action": "amend", "redo": "plan"}, 422, "amend needs content, or a comment"),
        ({"action": "amend", "content": "# Mine\n", "redo": "plan"}, 422, "redo needs amend with a comment"),
        ({"action": "reject", "comment": "No.", "redo": "plan"}, 422, "redo needs amend with a comment"),
    ],
)
async def test_an_invalid_response_is_refused_and_changes_nothing(
    http: httpx2.AsyncClient, fields: dict[str, object], status: int, word: str
) -> None:
    request = await wait_for_request(http, await start(http))
    asked = (await get(http, f"/hitl/{request['request_id']}"))["subject_hash"]
    body = {"subject_hash": asked} | fields
    assert_problem(await http.post(f"{V1}/hitl/{request['request_id']}/respond", json=body), status, word)
    shown = await get(http, f"/hitl/{request['request_id']}")
    assert (shown["status"], shown["history"]) == ("pending", [])
