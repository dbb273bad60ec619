"""Helpers of the API's tests: start projects over HTTP, wait for states, check problems."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.waiting import eventually

V1 = "/api/v1"
BRIEF = (
    "# Guest book\n\nA page where guests leave a word.\n\n## Requirements\n\n- Guests can sign.\n- Guests can read.\n"
)
UNKNOWN_ID = "01890a5d-0000-7000-8000-000000000000"

Json = dict[str, Any]


async def start(http: httpx2.AsyncClient, **fields: Any) -> str:
    """Start a project and return its id."""
    answer = await http.post(f"{V1}/projects/", json={"name": "Guest book", "description": BRIEF} | fields)
    assert answer.status_code == 201, answer.text
    project_id: str = answer.json()["id"]
    return project_id


async def get(http: httpx2.AsyncClient, path: str, **query: Any) -> Json:
    """Return the body of a GET that succeeds."""
    answer = await http.get(V1 + path, params=query)
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


async def wait_for_status(http: httpx2.AsyncClient, project_id: str, *statuses: str) -> Json:
    """Return the project as soon as it has one of the statuses."""

    async def check() -> Json | None:
        project = await get(http, f"/projects/{project_id}")
        return project if project["status"] in statuses else None

    return await eventually(check)


async def wait_for_request(http: httpx2.AsyncClient, project_id: str, stage: str | None = None, round: int = 1) -> Json:
    """Return a project's open request, of that stage and round, as soon as there is one."""

    async def check() -> Json | None:
        requests = (await get(http, f"/projects/{project_id}/status"))["open_requests"]
        return next(
            (
                request
                for request in requests
                if stage is None or (request["stage"], request["round"]) == (stage, round)
            ),
            None,
        )

    return await eventually(check)


async def respond(http: httpx2.AsyncClient, request_id: str, action: str, **fields: Any) -> httpx2.Response:
    return await http.post(f"{V1}/hitl/{request_id}/respond", json={"action": action} | fields)


def assert_problem(answer: httpx2.Response, status: int, *words: str) -> Json:
    """Check that the response is a problem of that status whose detail contains these words. Return its body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: Json = answer.json()
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    for word in words:
        assert word in problem["detail"], problem
    return problem
