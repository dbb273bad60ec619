"""The chapter of projects that are retried, duplicated, followed up, renamed, archived and removed, and of ids."""

from __future__ import annotations

from tests.api_client import BRIEF
from tests.wire.steps import respond, start, wait_for_request, wait_until_over
from tests.wire.transcript import V1, Transcript


async def recovery(t: Transcript) -> None:
    """A rejected project is retried; another one is duplicated, followed up, renamed, archived and found."""
    retried = await start(t, "Wire retry", BRIEF)
    await t.get(f"/projects/{retried}/retry")
    await respond(t, await wait_for_request(t, retried, "discovery"), action="approve")
    await respond(t, await wait_for_request(t, retried, "plan"), action="reject", comment="Too big.")
    await wait_until_over(t, retried, "rejected")
    await t.get(f"/projects/{retried}/retry")
    await t.post(f"/projects/{retried}/retry", json={"from_stage": "build"})
    await t.post(f"/projects/{retried}/retry", json={"from_stage": "nowhere"})
    await t.post(f"/projects/{retried}/retry", json={"comment": "Smaller.", "by": "Ada"})
    await t.post(f"/projects/{retried}/retry", json={})
    await wait_for_request(t, retried, "plan", round=2)
    await t.get(f"/projects/{retried}")
    await t.post(f"/projects/{retried}/cancel")
    await wait_until_over(t, retried, "cancelled")
    await t.get(f"/projects/{retried}/events", limit=200)

    new = {"name": "Wire parent", "description": BRIEF, "pipeline": "quick-start", "owner": "Ada", "tags": ["wire"]}
    parent = (await t.post("/projects/", json=new))["id"]
    await wait_until_over(t, parent, "completed")
    for kind in ("duplicate", "follow_up"):
        body = {"name": f"Wire {kind}", "description": BRIEF, "parent": {"project_id": parent, "kind": kind}}
        await wait_until_over(t, (await t.post("/projects/", json=body))["id"], "completed")
    await t.post("/projects/", json={**new, "parent": {"project_id": retried, "kind": "follow_up"}})
    await t.get(f"/projects/{parent}")
    await t.call(
        "PATCH", f"{V1}/projects/{parent}", json={"name": "Wire renamed", "tags": ["wire", "old"], "by": "Ada"}
    )
    await t.call("PATCH", f"{V1}/projects/{parent}", json={"archived": True, "owner": None})
    await t.call("PATCH", f"{V1}/projects/{parent}", json={})
    await t.get("/projects/", tag="wire", archived="include", sort="name")
    await t.get("/projects/", tag="wire", archived="only")
    await t.get("/projects/", owner="ada", sort="-updated", limit=1)
    await t.get("/ids", text="wire renamed")
    await t.get("/ids", text="no such name")
    await t.call("PATCH", f"{V1}/projects/{parent}", json={"kept": True})
    await t.call("DELETE", f"{V1}/projects/{parent}")
    await t.call("PATCH", f"{V1}/projects/{parent}", json={"kept": False})
    await t.call("DELETE", f"{V1}/projects/{parent}")
    await t.get(f"/projects/{parent}")
    await t.get("/projects/", tag="wire", archived="include", sort="name")
