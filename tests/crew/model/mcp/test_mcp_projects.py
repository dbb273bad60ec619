"""A project whose role lists tools of an MCP server: each call waits for a person, and is made once."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.api_client import Json, decide, get, respond, start, wait_for_request, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import KEY, MODEL
from tests.crew.model.test_budget_gates import FILES
from tests.crew.model.test_model_delivery import PIPELINES
from tests.provider import Provider, Script, configured
from tests.provider.scripts import calling, coding
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

SERVER = Path(__file__).with_name("notes_server.py")
TURNS = coding(
    FILES,
    then=[
        calling("notes__environment"),
        calling("notes__note", text="first"),
        calling("notes__note", text="second"),
        calling("notes__note", text="first"),
    ],
)
NOTING = Script.model_validate({"conversations": {"build": [turn.model_dump() for turn in TURNS]}})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notes")


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers, folder: Path) -> AsyncIterator[Settings]:
    server = {"command": sys.executable, "args": [str(SERVER), str(folder)]}
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": {"notes": server}}))
    async with own_settings(servers) as settings:
        own = {
            "pipelines_dir": PIPELINES,
            "model_prices": {MODEL: (1.0, 2.0)},
            "mcp_servers": folder / "mcp.json",
        }
        yield settings.model_copy(update=own)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(NOTING, key=KEY) as provider:
        yield provider


async def next_request(http: httpx2.AsyncClient, project: str, last: Json) -> Json:
    async def check() -> Json | None:
        requests = (await get(http, f"/projects/{project}/status"))["open_requests"]
        return next((each for each in requests if each["request_id"] != last["request_id"]), None)

    return await eventually(check)


async def test_each_call_is_permitted_or_refused_by_a_person(
    http: httpx2.AsyncClient, provider: Provider, folder: Path
) -> None:
    def noted() -> list[str]:
        return (folder / "calls").read_text().splitlines() if (folder / "calls").exists() else []

    project = await start(http, model=MODEL, pipeline="with-notes")
    first = await wait_for_request(http, project, "build")
    assert first["reason"] == "tool_call"
    assert first["tool_call"]["tool"] == "notes/note"
    assert first["tool_call"]["arguments"] == {"text": "first"}
    assert 'wants to call notes/note with {"text": "first"}' in first["question"]
    assert first["tool_call"]["digest"][:12] in first["question"]
    assert first["needs_person"]
    assert (await respond(http, first["request_id"], "approve", in_bulk=True)).status_code == 409
    assert noted() == []

    await decide(http, first, "approve")
    second = await next_request(http, project, first)
    assert second["tool_call"]["arguments"] == {"text": "second"}
    assert noted() == ["first"]

    answer = await respond(http, second["request_id"], "amend", comment="Nobody reads it.")
    assert answer.status_code == 200, answer.text
    # The permission for the first call was for one call: the same call again asks again.
    third = await next_request(http, project, second)
    assert third["tool_call"] == first["tool_call"]
    assert noted() == ["first"]

    await decide(http, third, "approve")
    await wait_for_status(http, project, "completed")
    assert noted() == ["first", "first"]
    assert provider.calls.total == len(TURNS)  # no call of the model was made twice
    (task,) = (await get(http, f"/projects/{project}/status"))["tasks"]
    assert (task["task_id"], task["round"]) == (first["task_id"], 1)
    last = provider.calls[len(provider.calls) - 1].body
    assert "a person does not permit this call: Nobody reads it." in json.dumps(last)


async def test_rejecting_a_call_stops(http: httpx2.AsyncClient) -> None:
    project = await start(http, model=MODEL, pipeline="with-notes")
    request = await wait_for_request(http, project, "build")
    await decide(http, request, "reject", comment="No notes.")
    await wait_for_status(http, project, "rejected")
