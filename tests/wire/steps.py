"""What every chapter does over HTTP: it starts a project, waits for it, and responds."""

from __future__ import annotations

from typing import Any

from tests.waiting import eventually
from tests.wire.transcript import V1, Transcript

Json = dict[str, Any]


async def start(t: Transcript, name: str, brief: str, **more: Any) -> str:
    project_id: str = (await t.post("/projects/", json={"name": name, "description": brief} | more))["id"]
    return project_id


async def respond(t: Transcript, request: Json, **response: Any) -> Json:
    """Respond to what the request asks about now."""
    asked = (await t.http.get(f"{V1}/hitl/{request['request_id']}")).json()
    body = {"subject_hash": asked["subject_hash"]} | response
    answer: Json = await t.post(f"/hitl/{request['request_id']}/respond", json=body)
    return answer


async def wait_until_over(t: Transcript, project_id: str, status: str) -> None:
    """Wait for a project's status, and for its workflow's last words: it ends only when nothing is left to record."""

    async def is_over() -> bool:
        project = (await t.http.get(f"{V1}/projects/{project_id}")).json()
        workflow = (await t.http.get(f"{V1}/workflows/{project_id}")).json()
        return bool(project["status"] == status and workflow["status"] != "running")

    await eventually(is_over)


async def wait_for_request(t: Transcript, project_id: str, stage: str | None = None, round: int = 1) -> Json:
    """The open request of a stage and round, as soon as there is one."""

    async def look() -> Json | None:
        requests = (await t.http.get(f"{V1}/projects/{project_id}/status")).json()["open_requests"]
        wanted = (one for one in requests if stage is None or (one["stage"], one["round"]) == (stage, round))
        return next(wanted, None)

    return await eventually(look)


async def extend(t: Transcript, request: Json, **extension: Any) -> None:
    await t.call("PATCH", f"{V1}/hitl/{request['request_id']}", json=extension)
