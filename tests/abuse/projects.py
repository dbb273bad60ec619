"""Starts projects over the API and brings them to the state that a test needs."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.waiting import eventually

V1 = "/api/v1"
BRIEF = (
    "# Guest book\n\nA page where guests leave a word.\n\n## Requirements\n\n- Guests can sign.\n- Guests can read.\n"
)
FILES = "application/vnd.botarmy.files+json"

Json = dict[str, Any]


async def start(http: httpx2.AsyncClient, **fields: Any) -> str:
    """Start a project and return its id."""
    answer = await http.post(f"{V1}/projects/", json={"name": "Guest book", "description": BRIEF, **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def get(http: httpx2.AsyncClient, path: str, **query: Any) -> Json:
    """GET an existing resource and return its JSON."""
    answer = await http.get(V1 + path, params=query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def open_request(http: httpx2.AsyncClient, project_id: str, stage: str, seconds: float = 20) -> Json:
    """Wait for the open request of a stage and return it."""

    async def look() -> Json | None:
        requests = (await get(http, f"/projects/{project_id}/status"))["open_requests"]
        return next((request for request in requests if request["stage"] == stage), None)

    return await eventually(look, seconds)


async def respond(http: httpx2.AsyncClient, request: Json, action: str, **fields: Any) -> None:
    """Respond to a request and check that the response is accepted."""
    answer = await http.post(f"{V1}/hitl/{request['request_id']}/respond", json={"action": action, **fields})
    assert answer.status_code in (200, 202), answer.text


async def wait_for_status(http: httpx2.AsyncClient, project_id: str, *statuses: str, seconds: float = 20) -> Json:
    """Wait until the project has one of the statuses and return it."""

    async def look() -> Json | None:
        project = await get(http, f"/projects/{project_id}")
        return project if project["status"] in statuses else None

    return await eventually(look, seconds)
