"""What the tests of the API share: projects started over HTTP, and waits for what becomes of them."""

from __future__ import annotations

from typing import Any

import httpx2
from waiting import eventually

V1 = "/api/v1"
BRIEF = (
    "# Guest book\n\nA page where guests leave a word.\n\n## Requirements\n\n- Guests can sign.\n- Guests can read.\n"
)
NOBODY = "01890a5d-0000-7000-8000-000000000000"

Json = dict[str, Any]


async def start(http: httpx2.AsyncClient, **fields: Any) -> str:
    """Start a project, and give its id."""
    answer = await http.post(f"{V1}/projects/", json={"name": "Guest book", "description": BRIEF} | fields)
    assert answer.status_code == 201, answer.text
    project_id: str = answer.json()["id"]
    return project_id


async def get(http: httpx2.AsyncClient, path: str, **query: Any) -> Json:
    """What a GET of an existing thing answers."""
    answer = await http.get(V1 + path, params=query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def until(http: httpx2.AsyncClient, project_id: str, *statuses: str) -> Json:
    """The project, as soon as it has one of the statuses."""

    async def look() -> Json | None:
        project = await get(http, f"/projects/{project_id}")
        return project if project["status"] in statuses else None

    return await eventually(look)


async def asked(http: httpx2.AsyncClient, project_id: str, stage: str | None = None, round: int = 1) -> Json:
    """The open request of a project, as soon as there is one (of that stage and round)."""

    async def look() -> Json | None:
        requests = (await get(http, f"/projects/{project_id}/status"))["open_requests"]
        return next(
            (one for one in requests if stage is None or (one["stage"], one["round"]) == (stage, round)),
            None,
        )

    return await eventually(look)


async def respond(http: httpx2.AsyncClient, request_id: str, action: str, **fields: Any) -> httpx2.Response:
    return await http.post(f"{V1}/hitl/{request_id}/respond", json={"action": action} | fields)


def refused(answer: httpx2.Response, status: int, *words: str) -> Json:
    """The answer is a problem of that status, whose detail has these words."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: Json = answer.json()
    assert found["status"] == status
    assert found["type"] == "about:blank"
    assert found["title"]
    for word in words:
        assert word in found["detail"], found
    return found
