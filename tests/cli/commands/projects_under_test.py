"""Projects that the tests of the commands work on."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.waiting import eventually

UNKNOWN_ID = "01890000-0000-7000-8000-000000000000"


async def start_project(http: httpx2.AsyncClient, name: str, pipeline: str = "software-delivery") -> str:
    """Start a project. Return its id."""
    body = {"name": name, "description": "# A thing\n\n- It works.\n- It is fast.\n", "pipeline": pipeline}
    created = await http.post("/api/v1/projects/", json=body)
    assert created.status_code == 201, created.text
    project_id: str = created.json()["id"]
    return project_id


async def open_request(
    http: httpx2.AsyncClient, project_id: str, stage: str = "discovery", round_: int = 1
) -> dict[str, Any]:
    """Wait for the request of a project's stage. Return it."""

    async def opened() -> dict[str, Any] | None:
        page = (await http.get(f"/api/v1/hitl/project/{project_id}/requests", params={"status": "pending"})).json()
        return next((item for item in page["items"] if (item["stage"], item["round"]) == (stage, round_)), None)

    return await eventually(opened)
