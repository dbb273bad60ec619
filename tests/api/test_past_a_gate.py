"""Ways past a gate, or past a name, that lead nowhere."""

from __future__ import annotations

import re

import httpx2
import pytest
import pytest_asyncio

from api.auth import authenticator
from config.settings import Settings
from tests.api_client import (
    BRIEF,
    V1,
    Json,
    assert_problem,
    decide,
    get,
    reject,
    respond,
    start,
    wait_for_request,
)
from tests.pipeline_files import with_pipelines
from tests.serving import served
from tests.signing_in import ADMIN_NAME, MARK, add_person, browser_of, signed_in
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

PIPELINE = """
stages:
  - name: plan
    agent: analyst
    produces: [software_specification]
    gate: {{approvals: {{from: [{{user: {admin}}}]}}}}
  - {{name: design, agent: architect, consumes: [software_specification], produces: [system_architecture], gate: {{}}}}
  - {{name: build, agent: coder, consumes: [software_specification, system_architecture], produces: [source_code]}}
"""


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    reviewed = PIPELINE.format(admin=ADMIN_NAME)
    is_open = re.sub(r"gate: {approvals.*", "gate: {}", reviewed)
    return with_pipelines(settings, tmp_path_factory, {"reviewed": reviewed, "open": is_open})


@pytest.mark.parametrize("role", ["operator", "approver"])
async def test_only_who_may_decide_at_its_gate_replaces_a_document(
    http: httpx2.AsyncClient, api_url: str, role: str
) -> None:
    project_id = await start(http, pipeline="reviewed")
    await decide(http, await wait_for_request(http, project_id, "plan"), "approve")
    await wait_for_request(http, project_id, "design")
    person = await add_person(api_url, "Op", *{"operator", role})
    async with browser_of(api_url, person) as who:
        task = await who.post(
            f"{V1}/projects/{project_id}/tasks", json={"agent_type": "architect", "instructions": "Shorter."}
        )
        assert task.status_code == 201, task.text

        async def accepted() -> Json | None:
            found = (await get(http, f"/projects/{project_id}/artifacts", type="agent_output"))["items"]
            return next((one for one in found if one["accepted_at"]), None)  # by nobody, at this oversight

        result = await eventually(accepted)
        given = {"artifact_id": result["artifact_id"], "as_type": "software_specification"}
        assert_problem(await who.post(f"{V1}/projects/{project_id}/context", json=given), 403)
        answer = await http.post(f"{V1}/projects/{project_id}/context", json=given)
        assert answer.status_code == 201, answer.text
        context = f"{V1}/projects/{project_id}/context/{answer.json()['context_id']}"
        assert_problem(await who.post(f"{context}/withdraw", json={}), 403)
    (kept,) = (await get(http, f"/projects/{project_id}/context"))["items"]
    assert (kept["withdrawn_at"], kept["artifact"]["accepted_at"] is None) == (None, False)
    withdrawn = await http.post(f"{context}/withdraw", json={})
    assert withdrawn.status_code == 200, withdrawn.text


async def test_who_may_no_longer_decide_neither_accepts_nor_withdraws(
    settings: Settings, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An API knows a caller from its last request, and another API has changed their roles meanwhile."""
    monkeypatch.setattr(authenticator, "CACHE_SECONDS", 3600.0)
    project_id = await start(http, pipeline="open")
    await decide(http, await wait_for_request(http, project_id, "plan"), "approve")
    await wait_for_request(http, project_id, "design")
    body = {"agent_type": "architect", "instructions": "Shorter."}
    assert (await http.post(f"{V1}/projects/{project_id}/tasks", json=body)).status_code == 201

    async def accepted() -> Json | None:
        found = (await get(http, f"/projects/{project_id}/artifacts", type="agent_output"))["items"]
        return next((one for one in found if one["accepted_at"]), None)

    given = {"artifact_id": (await eventually(accepted))["artifact_id"], "as_type": "software_specification"}
    contexts = f"{V1}/projects/{project_id}/context"
    async with served(settings) as slow, served(settings) as other, signed_in(other) as admin:

        async def refused(change: Json, address: str, json: Json) -> int:
            person = await add_person(other, "Past", "operator", "approver")
            async with browser_of(slow, person) as who:
                assert (await who.get(f"{V1}/auth/me")).status_code == 200
                assert (await admin.patch(f"{V1}/auth/people/{person}", json=change)).status_code == 200
                return (await who.post(address, json=json)).status_code

        changes: list[tuple[Json, int]] = [({"roles": ["operator"]}, 403), ({"is_disabled": True}, 401)]
        for change, expected in changes:
            assert await refused(change, contexts, given) == expected
        assert (await get(http, f"/projects/{project_id}/context"))["items"] == []
        context_id = (await http.post(contexts, json=given)).json()["context_id"]
        for change, expected in changes:
            assert await refused(change, f"{contexts}/{context_id}/withdraw", {}) == expected
    (kept,) = (await get(http, f"/projects/{project_id}/context"))["items"]
    assert kept["withdrawn_at"] is None


async def test_a_programs_name_never_hides_who_responds(http: httpx2.AsyncClient, api_url: str) -> None:
    project_id = await start(http, pipeline="reviewed")
    await decide(http, await wait_for_request(http, project_id, "plan"), "approve")
    request = await wait_for_request(http, project_id, "design")
    name = "Ada Lovelace\u202e" + "\u2003" * 242
    async with browser_of(api_url, await add_person(api_url, "Bo", "approver")) as who:
        answer = await respond(who, request["request_id"], "approve", without_asking=True, responder=name)
        assert answer.status_code == 200, answer.text
    (decision,) = (await get(http, f"/hitl/{request['request_id']}"))["history"]
    assert decision["responder"].startswith("Bo, through Ada Lovelace\u2003")
    assert len(decision["responder"]) == 255


async def test_a_link_ends_with_the_sessions_of_its_person(http: httpx2.AsyncClient, api_url: str) -> None:
    person = await add_person(api_url, "Bo", "viewer")
    link = (await http.post(f"{V1}/auth/people/{person}/links")).json()["code"]
    for is_disabled in (True, False):
        changed = await http.patch(f"{V1}/auth/people/{person}", json={"is_disabled": is_disabled})
        assert changed.status_code == 200, changed.text
    async with httpx2.AsyncClient(base_url=api_url, headers=MARK, trust_env=False) as browser:
        assert (await browser.post(f"{V1}/auth/sign-in", json={"code": link})).status_code == 401


async def test_lineage_names_no_project_that_a_person_may_not_see(http: httpx2.AsyncClient, api_url: str) -> None:
    parent_id = await start(http, name="Secret parent", pipeline="reviewed")
    await reject(http, parent_id, "plan")
    body = {"name": "Child", "description": BRIEF, "parent": {"project_id": parent_id, "kind": "duplicate"}}
    child_id = (await http.post(f"{V1}/projects/", json=body)).json()["id"]
    of_parent, of_child = [await add_person(api_url, name) for name in ("Pa", "Chi")]
    for project_id, person in ((parent_id, of_parent), (child_id, of_child)):
        member = await http.put(f"{V1}/projects/{project_id}/members/{person}", json={"roles": ["viewer"]})
        assert member.status_code == 200, member.text
    async with browser_of(api_url, of_parent) as who:
        assert (await get(who, f"/projects/{parent_id}"))["children"] == []
    async with browser_of(api_url, of_child) as who:
        shown = (await get(who, f"/projects/{child_id}"), (await get(who, "/projects/"))["items"][0])
        assert [one["parent"]["name"] for one in shown] == ["", ""]
    assert (await get(http, f"/projects/{child_id}"))["parent"]["name"] == "Secret parent"
