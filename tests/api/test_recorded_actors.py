"""Who did what: every call that changes something is recorded with the principal's id, since two people may have one
name."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from temporalio.client import Client

from api.auth.permissions import NEEDS
from tests.api_client import V1, Json, get, respond, start, wait_for_request, wait_for_status
from tests.signing_in import MARK, add_person, browser_of, signed_in
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

NAME = "Ana Berg"
PASSWORD = "correct horse battery staple"
NOTHING_LASTS = {"create_ticket": "it is good for 30 seconds, and for who has signed in already"}
"""Calls that change nothing worth a record."""


@dataclass
class Scene:
    """Ana, who makes the calls, another person of her name, and what she has."""

    ana: httpx2.AsyncClient
    browser: httpx2.AsyncClient
    id: str
    namesake: str
    project: str

    async def new(self, **fields: Any) -> str:
        return await start(self.ana, **fields)

    async def call(self, method: str, path: str, **body: Any) -> httpx2.Response:
        sent = body or (None if method == "DELETE" else {})
        answer = await self.ana.request(method, V1 + path, json=sent)
        assert answer.status_code < 300, answer.text
        return answer


@pytest_asyncio.fixture
async def scene(api_url: str) -> AsyncIterator[Scene]:
    namesake = await add_person(api_url, NAME, "viewer")
    async with browser_of(api_url, await add_person(api_url, NAME, "admin", "operator", "approver")) as browser:
        id = (await browser.get(f"{V1}/auth/me")).json()["principal_id"]
        token = (await browser.post(f"{V1}/auth/tokens", json={"name": "tests"})).json()["token"]
        async with signed_in(api_url, headers={"Authorization": f"Bearer {token}"}) as ana:
            yield Scene(ana, browser, id, namesake, await start(ana))


async def of_project(scene: Scene, project_id: str | None = None) -> list[Json]:
    """Return what Ana caused in the log of a project, newest first."""
    items = (await get(scene.ana, f"/projects/{project_id or scene.project}/events", since=0, limit=200))["items"]
    return [item for item in reversed(items) if item["data"].get("principal_id") == scene.id]


async def audited(scene: Scene, kind: str) -> Json:
    """Return the newest entry of the audit log of this kind that Ana caused."""
    items = (await get(scene.ana, "/auth/events", kind=kind, limit=50))["items"]
    return next(item for item in items if (item["actor"], item["actor_id"]) == (NAME, scene.id))


async def asked(scene: Scene, action: str, project_id: str | None = None) -> None:
    newest = next(item for item in await of_project(scene, project_id) if item["event_type"] == "project_control")
    assert (newest["data"]["action"], newest["data"]["by"]) == (action, NAME)


async def caused(scene: Scene, event_type: str, project_id: str | None = None, **data: Any) -> None:
    async def found() -> Json | None:
        events = [each for each in await of_project(scene, project_id) if each["event_type"] == event_type]
        return next((each for each in events if each["data"].items() >= data.items()), None)

    assert await eventually(found)


async def halted(scene: Scene) -> str:
    project_id = await scene.new()
    request = await wait_for_request(scene.ana, project_id)
    await respond(scene.ana, request["request_id"], "reject", comment="No.")
    await wait_for_status(scene.ana, project_id, "rejected")
    return project_id


async def course(scene: Scene, temporal: Client) -> set[str]:
    await caused(scene, "workflow_event", by=NAME)
    request = await wait_for_request(scene.ana, scene.project)
    for action, status in (("pause", "paused"), ("resume", "waiting")):
        await scene.call("POST", f"/projects/{scene.project}/{action}")
        await wait_for_status(scene.ana, scene.project, status)
        await asked(scene, action)
    await scene.call("PATCH", f"/hitl/{request['request_id']}", extend_by="4h")
    await caused(scene, "hitl_extended", extended_by=NAME)
    await respond(scene.ana, request["request_id"], "approve")
    await caused(scene, "hitl_response", responder=NAME)
    shown = await get(scene.ana, f"/hitl/{request['request_id']}")
    assert (shown["history"][0]["principal_id"], shown["extensions"][0]["principal_id"]) == (scene.id, scene.id)
    (decision,) = (await get(scene.ana, f"/projects/{scene.project}/decisions"))["items"]
    assert (decision["responder"], decision["principal_id"]) == (NAME, scene.id)
    await scene.call("PUT", f"/projects/{scene.project}/budget", budget="5usd")
    await asked(scene, "budget")
    await scene.call("PATCH", f"/projects/{scene.project}", tags=["urgent"], kept=True)
    await caused(scene, "project_change", by=NAME)
    cancelled = await scene.new()
    await scene.call("POST", f"/projects/{cancelled}/cancel")
    await asked(scene, "cancel", cancelled)
    rejected = await halted(scene)
    await scene.call("POST", f"/projects/{rejected}/retry", comment="Again.")
    await caused(scene, "workflow_event", rejected, by=NAME, retried_from="discovery")
    (retry,) = (await get(scene.ana, f"/projects/{rejected}"))["retries"]
    assert (retry["by"], retry["principal_id"]) == (NAME, scene.id)
    gone = await halted(scene)
    await scene.call("DELETE", f"/projects/{gone}")
    assert (await audited(scene, "project_removed"))["data"]["project_id"] == gone
    return {
        *("create_project", "pause_project", "resume_project", "cancel_project", "extend_deadline", "respond"),
        *("set_project_budget", "update_project", "retry_project", "forget_project"),
    }


async def given(scene: Scene, temporal: Client) -> set[str]:
    path = f"/projects/{scene.project}"
    rules = {"type": "user_input", "name": "house rules", "content": "# House rules\n"}
    artifact = (await scene.call("POST", f"{path}/artifacts", **rules)).json()["artifact_id"]
    await caused(scene, "artifact_created", name="house rules")
    context = (await scene.call("POST", f"{path}/context", artifact_id=artifact)).json()["context_id"]
    await caused(scene, "context_given", given_by=NAME)
    await scene.call("POST", f"{path}/context/{context}/withdraw")
    await caused(scene, "context_withdrawn", withdrawn_by=NAME)
    task = {"agent_type": "architect", "instructions": "Say it in fewer words."}
    await scene.call("POST", f"{path}/tasks", **task)
    await asked(scene, "task")
    stop = (await scene.call("POST", "/stops/", scope="project", project_id=scene.project, reason="?")).json()
    assert (stop["stopped_by"], stop["stopped_by_id"]) == (NAME, scene.id)
    await caused(scene, "stop_change", stopped=True, by=NAME)
    released = (await scene.call("POST", f"/stops/{stop['stop_id']}/release", reason="!")).json()
    assert (released["released_by"], released["released_by_id"]) == (NAME, scene.id)
    await caused(scene, "stop_change", stopped=False, by=NAME)
    return {"create_artifact", "give_context", "withdraw_context", "create_task", "create_stop", "release_stop"}


async def recovered(scene: Scene, temporal: Client) -> set[str]:
    request = await wait_for_request(scene.ana, scene.project)
    task = {"agent_type": "architect", "instructions": "Say it in fewer words."}
    held = {"scope": "role", "role": "architect", "project_id": scene.project, "reason": "so that the task stays open"}
    await scene.call("POST", "/stops/", **held)
    alone = (await scene.call("POST", f"/projects/{scene.project}/tasks", **task)).json()
    for action in ("restart", "end"):
        for path, workflow_id in (
            (f"/tasks/{alone['task_id']}", alone["workflow_id"]),
            (f"/projects/{scene.project}", f"project-{scene.project}"),
        ):
            await temporal.get_workflow_handle(workflow_id).terminate()
            await scene.call("POST", f"{path}/{action}")
            await asked(scene, action)
    assert (await get(scene.ana, f"/hitl/{request['request_id']}"))["status"] == "cancelled"
    return {"restart_project", "end_project", "restart_task", "end_task"}


async def people(scene: Scene, temporal: Client) -> set[str]:
    added = (await scene.call("POST", "/auth/people", name="Bo", roles=[])).json()["principal_id"]
    assert (await audited(scene, "person_added"))["principal_id"] == added
    member = f"/projects/{scene.project}/members/{added}"
    for method, path, kind, body in (
        ("PATCH", f"/auth/people/{added}", "roles_changed", {"roles": ["viewer"]}),
        ("PUT", member, "roles_changed", {"roles": ["viewer"]}),
        ("DELETE", member, "roles_changed", {}),
    ):
        await scene.call(method, path, **body)
        assert (await audited(scene, kind))["principal_id"] == added
    group = f"ours {scene.id}"
    await scene.call("POST", "/auth/groups", name=group)
    assert (await audited(scene, "group_created"))["data"] == {"group": group}
    await scene.call("PUT", f"/auth/groups/{group}/members/{added}")
    assert (await audited(scene, "groups_changed"))["data"] == {"added": group}
    await scene.call("DELETE", f"/auth/groups/{group}/members/{added}")
    assert (await audited(scene, "groups_changed"))["data"] == {"removed": group}
    about = {"project_id": scene.project, "group": group}
    await scene.call("PUT", f"/projects/{scene.project}/groups/{group}", roles=["viewer"])
    assert (await audited(scene, "group_roles_changed"))["data"] == about | {"roles": ["viewer"]}
    await scene.call("DELETE", f"/projects/{scene.project}/groups/{group}")
    assert (await audited(scene, "group_roles_changed"))["data"] == about | {"roles": []}
    await scene.call("DELETE", f"/auth/groups/{group}")
    assert (await audited(scene, "group_removed"))["data"] == {"group": group}
    await scene.call("POST", "/auth/groups", name=f"{group}!")
    await scene.call("DELETE", f"/auth/groups?name={group}!")
    assert (await audited(scene, "group_removed"))["data"] == {"group": f"{group}!"}
    await scene.call("POST", f"/auth/people/{added}/links")
    assert (await audited(scene, "link_created"))["principal_id"] == added
    return {
        *("add_person", "change_person", "set_member", "remove_member", "create_persons_link"),
        *("create_group", "add_to_group", "take_from_group", "set_project_group", "remove_project_group"),
        *("remove_group", "remove_group_by_path"),
    }


async def oneself(scene: Scene, temporal: Client) -> set[str]:
    browser = scene.browser
    await scene.call("POST", "/auth/links")
    assert await audited(scene, "link_created")
    account = {"login": f"ana.{scene.id[-8:]}", "password": PASSWORD}
    assert (await browser.put(f"{V1}/auth/people/{scene.id}/account", json=account)).status_code == 200
    assert await audited(scene, "password_set")
    url = str(browser.base_url)
    for path, body in (("/auth/login", account), ("/auth/sign-in", None)):
        async with httpx2.AsyncClient(base_url=url, trust_env=False, headers=MARK) as other:
            code = (await browser.post(f"{V1}/auth/links")).json()["code"]
            answer = await other.post(V1 + path, json=body or {"code": code})
            assert answer.status_code == 200, answer.text
            assert await audited(scene, "signed_in")
            if body is None:
                assert (await other.post(f"{V1}/auth/sign-out")).status_code == 204
                assert await audited(scene, "session_ended")
    changed = {"current": PASSWORD, "password": f"{PASSWORD} again"}
    answer = await browser.put(f"{V1}/auth/password", json=changed)
    assert answer.status_code < 300, answer.text
    assert await audited(scene, "password_set")
    created = (await browser.post(f"{V1}/auth/tokens", json={"name": "more"})).json()
    assert (await audited(scene, "token_created"))["data"]["name"] == "more"
    assert (await browser.delete(f"{V1}/auth/tokens/{created['token_id']}")).status_code == 204
    assert (await audited(scene, "token_revoked"))["data"]["token_id"] == created["token_id"]
    async with browser_of(url, scene.id):
        items = (await browser.get(f"{V1}/auth/sessions")).json()["items"]
        other_session = next(each["session_id"] for each in items if not each["is_current"])
        assert (await browser.delete(f"{V1}/auth/sessions/{other_session}")).status_code == 204
    assert (await audited(scene, "session_ended"))["data"]["session_id"] == other_session
    return {
        *("create_link", "set_account", "log_in", "sign_in", "sign_out", "change_password", "create_token"),
        *("revoke_token", "end_session"),
    }


async def test_an_export_says_who_wrote_what_was_amended(scene: Scene) -> None:
    request = await wait_for_request(scene.ana, scene.project, "discovery")
    await respond(scene.ana, request["request_id"], "amend", content="# Plan\n\n- Guests can sign.\n")
    await wait_for_request(scene.ana, scene.project, "plan")
    exported = await scene.ana.get(f"{V1}/projects/{scene.project}/export")
    with zipfile.ZipFile(io.BytesIO(exported.content)) as archive:
        items = {each["type"]: each for each in json.loads(archive.read("manifest.json"))["artifacts"]}
    plan, brief = items["project_plan"], items["user_input"]
    assert (plan["author"], plan["principal_id"], brief["principal_id"]) == (NAME, scene.id, None)


SCENES = (course, given, recovered, people, oneself)
recorded: set[str] = set()


@pytest.mark.parametrize("play", SCENES)
async def test_it_is_recorded_who_did_it(
    play: Callable[[Scene, Client], Awaitable[set[str]]], scene: Scene, temporal: Client
) -> None:
    recorded.update(await play(scene, temporal))


async def test_no_call_that_changes_something_is_left_out(http: httpx2.AsyncClient) -> None:
    """After the others: a new route that changes something is played in one of them."""
    paths = (await http.get("/openapi.json")).json()["paths"]
    calls = {
        call["operationId"]
        for methods in paths.values()
        for method, call in methods.items()
        if method != "get" and call["operationId"] in NEEDS
    }
    assert calls - recorded - set(NOTHING_LASTS) == set()
