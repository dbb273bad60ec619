"""The chapter of refused calls."""

from __future__ import annotations

import json

from tests.api_client import BRIEF
from tests.api_client import UNKNOWN_ID as NOBODY
from tests.wire.transcript import V1, Transcript


async def refusals(t: Transcript) -> None:
    """Calls that are refused, one for each way."""
    for path in (
        f"/projects/{NOBODY}",
        f"/projects/{NOBODY}/status",
        f"/projects/{NOBODY}/events",
        f"/projects/{NOBODY}/export",
        f"/tasks/{NOBODY}",
        f"/artifacts/{NOBODY}",
        f"/artifacts/{NOBODY}/diff",
        f"/hitl/{NOBODY}",
        f"/workflows/{NOBODY}",
        "/projects/not-an-id",
        "/no/such/path",
        "/workflows/problems",
    ):
        await t.get(path)
    await t.get("/projects/", cursor="!")
    await t.get("/projects/", limit=0)
    await t.get("/projects/", status="no such status")
    await t.get(f"/projects/{NOBODY}/events", since=-1)
    await t.call("DELETE", f"{V1}/projects/{NOBODY}")
    await t.call("PUT", f"{V1}/projects/{NOBODY}")
    await t.post(f"/projects/{NOBODY}/pause")
    await t.post(f"/projects/{NOBODY}/restart")
    await t.post(f"/tasks/{NOBODY}/end")
    await t.post("/projects/", json={"name": "", "description": BRIEF})
    await t.post("/projects/", json={"name": "Wire", "description": BRIEF, "colour": "red"})
    await t.post("/projects/", json={"name": "Wire", "description": BRIEF, "pipeline": "no-such-pipeline"})
    await t.post("/projects/", json={"name": "Wire", "description": BRIEF, "oversight": "total"})
    await t.post("/projects/", content="{", headers={"Content-Type": "application/json"})
    await t.post("/projects/", content="name=Wire", headers={"Content-Type": "text/plain"})
    await t.post("/projects/", content=_project_of(40_000), headers={"Content-Type": "application/json"})
    await t.post("/projects/", content=_project_of(400_000), headers={"Content-Type": "application/json"})
    await t.post(f"/hitl/{NOBODY}/respond", json={"action": "approve"})
    await t.call("POST", f"{V1}/projects/", json={}, headers={"Origin": "https://elsewhere.example"})
    await t.call("GET", "/health/", headers={"Host": "elsewhere.example"})


def _project_of(size: int) -> str:
    """The body of a project whose brief has this many characters."""
    return json.dumps({"name": "Wire", "description": "x" * size})
