"""The chapter of a project that is stopped and released."""

from __future__ import annotations

from tests.api_client import BRIEF
from tests.api_client import UNKNOWN_ID as NOBODY
from tests.waiting import eventually
from tests.wire.steps import respond, start, wait_for_request, wait_until_over
from tests.wire.transcript import V1, Transcript


async def stops(t: Transcript) -> None:
    """A project that is stopped at a gate: its decision is recorded, and the next stage begins after the release."""
    project_id = await start(t, "Wire stops", BRIEF)
    request = await wait_for_request(t, project_id, "discovery")
    stop = {"scope": "project", "project_id": project_id, "reason": "Wait for the lawyers.", "by": "Ada"}
    stopped = await t.post("/stops/", json=stop)
    await t.post("/stops/", json=stop)
    await announced(t, project_id, 1)
    await t.get("/stops/", project_id=project_id, held=True)
    await t.get(f"/stops/{stopped['stop_id']}")
    await respond(t, request, action="approve")
    await t.post(f"/stops/{stopped['stop_id']}/release", json={"reason": " "})
    await t.post(f"/stops/{stopped['stop_id']}/release", json={"reason": "They agree.", "by": "Ada"})
    await t.post(f"/stops/{stopped['stop_id']}/release", json={"reason": "They agree."})
    await announced(t, project_id, 2)
    await wait_for_request(t, project_id, "plan")
    await t.post(f"/projects/{project_id}/cancel")
    await wait_until_over(t, project_id, "cancelled")
    await t.get(f"/projects/{project_id}/events", limit=200)
    await t.post("/stops/", json=stop)
    await t.post("/stops/", json={"scope": "step", "task_id": request["task_id"], "reason": "No."})
    await t.post("/stops/", json={"scope": "role", "reason": "No."})
    await t.post("/stops/", json={"scope": "project", "project_id": NOBODY, "reason": "No."})
    await t.post(f"/stops/{NOBODY}/release", json={"reason": "No."})
    await t.get(f"/stops/{NOBODY}")


async def announced(t: Transcript, project_id: str, changes: int) -> None:
    """Wait until the project's log has this number of events of stops."""

    async def is_announced() -> bool:
        events = (await t.http.get(f"{V1}/projects/{project_id}/events", params={"limit": 200})).json()["items"]
        return len([event for event in events if event["event_type"] == "stop_change"]) == changes

    await eventually(is_announced)
