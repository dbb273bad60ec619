"""Start projects over HTTP, wait for their states, decide, and check problems."""

from __future__ import annotations

from typing import Any

import httpx2

from api.problem_codes import ProblemCode
from tests.waiting import PATIENCE_SECONDS, eventually

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


async def wait_for_status(
    http: httpx2.AsyncClient, project_id: str, *statuses: str, seconds: float = PATIENCE_SECONDS
) -> Json:
    """Return the project as soon as it has one of the statuses."""

    async def check() -> Json | None:
        project = await get(http, f"/projects/{project_id}")
        return project if project["status"] in statuses else None

    return await eventually(check, seconds)


async def wait_for_request(
    http: httpx2.AsyncClient, project_id: str, stage: str | None = None, round: int | None = None
) -> Json:
    """Return a project's open request, of that stage and round if they are given, as soon as there is one."""

    async def check() -> Json | None:
        requests = (await get(http, f"/projects/{project_id}/status"))["open_requests"]
        wanted = (each for each in requests if stage in (None, each["stage"]) and round in (None, each["round"]))
        return next(wanted, None)

    return await eventually(check)


async def respond(http: httpx2.AsyncClient, request_id: str, action: str, **fields: Any) -> httpx2.Response:
    """Respond to a request as it is now. The response may be refused."""
    return await http.post(
        f"{V1}/hitl/{request_id}/respond", json=await response_to(http, request_id, action, **fields)
    )


async def response_to(http: httpx2.AsyncClient, request_id: object, action: str = "approve", **fields: Any) -> Json:
    """Return a response to what the request asks about now. One that does not exist has no subject."""
    found = await http.get(f"{V1}/hitl/{request_id}")
    subject = {"subject_hash": found.json()["subject_hash"]} if found.status_code == 200 else {}
    return {"action": action} | subject | fields


async def decide(http: httpx2.AsyncClient, request: Json, action: str, **fields: Any) -> None:
    """Respond to a request with a response that is accepted."""
    answer = await respond(http, request["request_id"], action, **fields)
    assert answer.status_code in (200, 202), answer.text


async def reject(
    http: httpx2.AsyncClient, project_id: str, stage: str | None = None, comment: str = "No.", **fields: Any
) -> Json:
    """Reject a project's open request, of that stage if it is given. Return the project as soon as it has ended."""
    await decide(http, await wait_for_request(http, project_id, stage), "reject", comment=comment, **fields)
    return await wait_for_status(http, project_id, "rejected")


async def cancel(http: httpx2.AsyncClient, project_id: str) -> Json:
    """Cancel a project. Return it as soon as it has ended."""
    answer = await http.post(f"{V1}/projects/{project_id}/cancel")
    assert answer.status_code == 202, answer.text
    return await wait_for_status(http, project_id, "cancelled")


async def delivered(http: httpx2.AsyncClient, **fields: Any) -> str:
    """Start a project in which nobody is asked. Return its id as soon as it is delivered."""
    project_id = await start(http, **{"pipeline": "quick-start"} | fields)
    await wait_for_status(http, project_id, "completed")
    return project_id


def assert_problem(answer: httpx2.Response, status: int, *words: str) -> Json:
    """Check that the response is a problem of that status whose detail contains these words. Return its body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: Json = answer.json()
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["code"] in set(ProblemCode), problem
    for word in words:
        assert word in problem["detail"], problem
    return problem
