"""The chapter of budgets: set, shown and changed. A rehearsal spends nothing."""

from __future__ import annotations

from tests.api_client import BRIEF
from tests.wire.steps import respond, start, wait_for_request, wait_until_over
from tests.wire.transcript import Transcript


async def budgets(t: Transcript) -> None:
    """A project with a budget, which is lowered and removed; and what it has used."""
    project_id = await start(t, "Wire budget", BRIEF, budget="2usd,500ktok,2h")
    request = await wait_for_request(t, project_id, "discovery")
    await t.get("/budgets", limit=1)
    await t.get(f"/projects/{project_id}/budget")
    for budget in ("1usd", {"usd": 3, "tokens": 1000}, "much", {}, None):
        await t.call("PUT", f"/api/v1/projects/{project_id}/budget", json={"budget": budget})
    await t.call("PUT", f"/api/v1/projects/{project_id}/budget", json={})
    await respond(t, request, action="approve", raise_by="1usd")
    await respond(t, request, action="reject", comment="No.", raise_by="1usd")
    await respond(t, request, action="reject", comment="No.")
    await wait_until_over(t, project_id, "rejected")
    await t.get(f"/projects/{project_id}/usage")
    await t.call("PUT", f"/api/v1/projects/{project_id}/budget", json={"budget": "1usd"})
