"""The chapter of who is signed in: people, groups, links, sessions, tokens, members, and a gate that is assigned."""

from __future__ import annotations

import httpx2

from tests.api_client import BRIEF
from tests.api_client import UNKNOWN_ID as NOBODY
from tests.signing_in import MARK
from tests.wire.steps import respond, start, wait_for_request, wait_until_over
from tests.wire.transcript import V1, Transcript


async def sign_in(t: Transcript) -> None:
    """A person is added, signs in with a link, and decides once they belong to the group that a gate is assigned to."""
    project_id = await start(t, "Wire sign-in", BRIEF, pipeline="assigned")
    request = await wait_for_request(t, project_id)
    await t.get("/auth/me")
    await t.post("/auth/sign-out")
    person = (await t.post("/auth/people", json={"name": "Will", "roles": ["viewer"]}))["principal_id"]
    await t.post("/auth/people", json={"name": "Will", "roles": ["emperor"]})
    link = await t.post(f"/auth/people/{person}/links")
    await t.post(f"/auth/people/{NOBODY}/links")
    await _set_members(t, project_id, person)
    await _groups(t, project_id, person)
    administrator, agent = t.http, {"User-Agent": "Wire/1"}
    async with httpx2.AsyncClient(base_url=t.http.base_url, headers=MARK | agent, trust_env=False) as browser:
        t.http = browser
        await t.get("/auth/me")
        await t.post("/auth/sign-in", json={"code": link["code"]})
        await t.post("/auth/sign-in", json={"code": link["code"]})
        await t.get("/auth/me")
        await _decide(t, administrator, request, person)
        await _own_sessions_and_tokens(t)
        await t.post("/auth/sign-out")
        await t.get("/auth/me")
    t.http = administrator
    await wait_until_over(t, project_id, "completed")
    await t.get(f"/projects/{project_id}/events", limit=200)
    await t.call("DELETE", f"{V1}/projects/{project_id}/members/{person}")
    await t.get(f"/projects/{project_id}/members")


async def _set_members(t: Transcript, project_id: str, person: str) -> None:
    members = f"{V1}/projects/{project_id}/members"
    await t.call("PUT", f"{members}/{person}", json={"roles": ["approver"]})
    await t.call("PUT", f"{members}/{person}", json={"roles": []})
    await t.call("PUT", f"{members}/{person}", json={"roles": ["auditor"]})
    await t.call("PUT", f"{members}/{NOBODY}", json={"roles": ["approver"]})
    await t.call("GET", members)


async def _groups(t: Transcript, project_id: str, person: str) -> None:
    group, of_project = f"{V1}/auth/groups/ops", f"{V1}/projects/{project_id}/groups/ops"
    for _ in range(2):
        await t.post("/auth/groups", json={"name": "ops"})
    await t.call("PUT", f"{group}/members/{person}")
    await t.call("PUT", f"{group}/members/{NOBODY}")
    await t.call("PUT", of_project, json={"roles": ["viewer"]})
    await t.get(f"/projects/{project_id}/groups")
    await t.get("/auth/groups")
    await t.call("DELETE", f"{group}/members/{person}")
    await t.call("DELETE", of_project)
    await t.call("DELETE", group)
    await t.call("DELETE", f"{V1}/auth/groups?name=ops")


async def _decide(t: Transcript, administrator: httpx2.AsyncClient, request: dict[str, str], person: str) -> None:
    """First as nobody whom the gate names, then as a member of its group."""
    path, member = f"/hitl/{request['request_id']}", f"{V1}/auth/groups/security/members/{person}"
    await t.get(f"{path}/eligibility")
    await t.get("/hitl/pending", assigned="mine")
    await respond(t, request, action="approve")
    await t.call("PUT", member)
    browser, t.http = t.http, administrator
    await t.post("/auth/groups", json={"name": "a/members/b"})
    await t.post("/auth/groups", json={"name": "security"})
    await t.call("PUT", member)
    await respond(t, request, action="approve")
    t.http = browser
    await t.get(f"{path}/eligibility")
    await t.get("/hitl/pending", assigned="mine")
    await t.get("/hitl/pending", assigned="theirs")
    await respond(t, request, action="approve")
    await t.get(path)


async def _own_sessions_and_tokens(t: Transcript) -> None:
    await t.get("/auth/sessions")
    await t.call("DELETE", f"{V1}/auth/sessions/{NOBODY}")
    await t.post("/auth/links")
    await t.post("/auth/tickets")
    token = await t.post("/auth/tokens", json={"name": "nightly", "scopes": ["read"], "expires_in": "30d"})
    await t.post("/auth/tokens", json={"name": "nightly", "scopes": [], "expires_in": "400d"})
    await t.get("/auth/tokens")
    await t.call("DELETE", f"{V1}/auth/tokens/{token['token_id']}")
    await t.call("DELETE", f"{V1}/auth/tokens/{token['token_id']}")
