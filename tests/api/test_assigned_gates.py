"""Gates that a pipeline assigns to people and groups: who is asked, who may decide, and who sees why not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text

from config.settings import Settings
from models.identity import MEMBERSHIP
from models.tables import HITL_REQUEST
from store.transaction import Store
from tests.api_client import V1, Json, assert_problem, get, respond, start, wait_for_request, wait_for_status
from tests.pipeline_files import with_pipelines
from tests.signing_in import ADMIN_NAME, add_person, browser_of, signed_in
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

STAGES = "stages: [{{name: plan, agent: analyst, produces: [project_plan], gate: {gate}}}]\n"
GATES = {
    "open": "{}",
    "assigned": "{approvals: {from: [{group: security}, {user: Ana}]}}",
    "ours": f"{{approvals: {{from: [{{user: {ADMIN_NAME}}}]}}}}",
    "by-login": "{approvals: {from: [{user: ana.berg}]}}",
    "served": "{approvals: {allow_services: true}}",
    "risky": "{approvals: {allow_services: true}}, risk: high",
}
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

Person = Callable[..., Awaitable[tuple[str, httpx2.AsyncClient]]]


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    pipelines = {name: STAGES.format(gate=gate) for name, gate in GATES.items()}
    return with_pipelines(settings, tmp_path_factory, pipelines)


@pytest_asyncio.fixture
async def person(api_url: str, http: httpx2.AsyncClient) -> Person:
    """Adds somebody with groups and roles in all projects. Returns the id, and a client that has a token of theirs."""

    async def add(
        name: str, *groups: str, kind: str = "person", roles: tuple[str, ...] = ("approver",)
    ) -> tuple[str, httpx2.AsyncClient]:
        added = await http.post(f"{V1}/auth/people", json={"name": name, "kind": kind, "roles": roles})
        id = str(added.json()["principal_id"])
        for group in groups:
            await join(http, group, id)
        async with browser_of(api_url, id) as browser:
            token = (await browser.post(f"{V1}/auth/tokens", json={"name": "tests"})).json()["token"]
        return id, signed_in(api_url, headers={"Authorization": f"Bearer {token}"})

    return add


async def join(http: httpx2.AsyncClient, group: str, id: str) -> None:
    """Add somebody to a group, which is created if need be."""
    assert (await http.post(f"{V1}/auth/groups", json={"name": group})).status_code in (201, 409)
    assert (await http.put(f"{V1}/auth/groups/{group}/members/{id}")).status_code == 200


async def ask(http: httpx2.AsyncClient, pipeline: str) -> Json:
    return await wait_for_request(http, await start(http, pipeline=pipeline))


async def listed(who: httpx2.AsyncClient, assigned: str) -> set[str]:
    items = (await get(who, "/hitl/pending", assigned=assigned, limit=200))["items"]
    return {item["request_id"] for item in items}


async def test_a_person_with_a_password_is_known_by_the_login_alone(http: httpx2.AsyncClient, person: Person) -> None:
    """A name is not unique."""
    by_login, by_name = await ask(http, "by-login"), await ask(http, "assigned")
    id, who = await person("Ana")
    account = {"login": "ana.berg", "password": "correct horse battery staple"}
    answer = await http.put(f"{V1}/auth/people/{id}/account", json=account)
    assert answer.status_code == 200, answer.text
    async with who:
        assert_problem(await respond(who, by_name["request_id"], "approve"), 403, "Only")
        assert (await respond(who, by_login["request_id"], "approve")).status_code == 200


@pytest.mark.parametrize(("name", "groups"), [("Ana", ()), ("Bo", ("security",))])
async def test_a_person_and_a_member_of_a_group_decide(
    http: httpx2.AsyncClient, person: Person, name: str, groups: tuple[str, ...]
) -> None:
    project_id = await start(http, pipeline="assigned")
    request = await wait_for_request(http, project_id)
    _, who = await person(name, *groups)
    async with who:
        shown = await get(who, f"/hitl/{request['request_id']}")
        assert [one["group"] or one["user"] for one in shown["approvals"]["from"]] == ["security", "Ana"]
        assert shown["eligibility"] == {"may_decide": True, "reason": None}
        assert (await respond(who, request["request_id"], "approve")).status_code == 200
    await wait_for_status(http, project_id, "completed")
    log = (await get(http, f"/projects/{project_id}/events"))["items"]
    (asked,) = [each["data"] for each in log if each["event_type"] == "hitl_request"]
    assert asked["approvals"] == shown["approvals"]


async def test_others_are_told_why_not_and_decide_nothing(http: httpx2.AsyncClient, person: Person) -> None:
    request = await ask(http, "assigned")
    reason = "Only the group security or Ana may decide here."
    _, bo = await person("Bo", "operations")
    _, viewer = await person("Ana", roles=("viewer",))
    async with bo, viewer:
        for who in (bo, http):  # an administrator, who may approve elsewhere, is none of them either
            path = f"/hitl/{request['request_id']}"
            assert await get(who, f"{path}/eligibility") == {"may_decide": False, "reason": reason}
            assert (await get(who, path))["eligibility"]["reason"] == reason
            for action in (
                {"action": "approve"},
                {"action": "amend", "comment": "?"},
                {"action": "reject", "comment": "?"},
            ):
                problem = assert_problem(await respond(who, request["request_id"], **action), 403, reason)
                assert (problem["code"], problem["approvals"]["from"][1]["user"]) == ("not_eligible", "Ana")
        unpermitted = await get(viewer, f"/hitl/{request['request_id']}/eligibility")
        assert "may not decide in this project" in unpermitted["reason"]
        problem = assert_problem(await respond(viewer, request["request_id"], "approve"), 403)
        assert problem["code"] == "forbidden"
    shown = await get(http, f"/hitl/{request['request_id']}")
    assert (shown["status"], shown["history"]) == ("pending", [])


async def test_lists_are_mine_unassigned_or_all(http: httpx2.AsyncClient, person: Person) -> None:
    assigned, free, ours = [(await ask(http, name))["request_id"] for name in ("assigned", "open", "ours")]
    _, ana = await person("Ana")
    _, bo = await person("Bo", "security", "other")
    _, cy = await person("Cy")
    asked = {assigned, free, ours}
    async with ana, bo, cy:
        for who, mine in ((ana, {assigned}), (bo, {assigned}), (cy, set()), (http, {ours})):
            assert await listed(who, "mine") & asked == mine
            assert await listed(who, "unassigned") & asked == {free}
            assert await listed(who, "all") & asked == asked
        items = {one["request_id"]: one["eligibility"] for one in (await get(cy, "/hitl/pending", limit=200))["items"]}
        assert [items[each]["may_decide"] for each in (assigned, free, ours)] == [False, True, False]
        assert_problem(await cy.get(f"{V1}/hitl/pending?assigned=theirs"), 422, "assigned")
    assert (await respond(http, ours, "approve")).status_code == 200


async def test_a_service_decides_only_where_the_gate_says_so(http: httpx2.AsyncClient, person: Person) -> None:
    plain, served = await ask(http, "open"), await ask(http, "served")
    _, robot = await person("robot", kind="service")
    async with robot:
        problem = assert_problem(await respond(robot, plain["request_id"], "approve"), 403, "asks a person")
        assert problem["code"] == "not_eligible"
        assert (await respond(robot, served["request_id"], "approve")).status_code == 200
        risky = await ask(http, "risky")
        assert not (await get(robot, f"/hitl/{risky['request_id']}"))["eligibility"]["may_decide"]
        problem = assert_problem(await respond(robot, risky["request_id"], "approve"), 403, "asks a person")
        assert problem["code"] == "not_eligible"


async def _lose_group(store: Store, id: str) -> None:
    await _run(store, text("DELETE FROM group_member WHERE principal_id = CAST(:id AS uuid)").bindparams(id=id))


async def _lose_role(store: Store, id: str) -> None:
    await _run(store, MEMBERSHIP.delete().where(MEMBERSHIP.c.principal_id == id))


async def _is_disabled(store: Store, id: str) -> None:
    await _run(store, text("UPDATE principal SET disabled_at = now() WHERE id = CAST(:id AS uuid)").bindparams(id=id))


async def _run(store: Store, statement: object) -> None:
    async with store.writing() as connection:
        await connection.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("change", "status", "code", "why"),
    [
        (_lose_group, 403, "not_eligible", "Only the group security or Ana"),
        (_lose_role, 403, "not_eligible", "may not decide in this project"),
        (_is_disabled, 409, "not_possible", "cannot sign in any more"),
    ],
)
async def test_what_changes_while_a_response_is_under_way_counts(
    http: httpx2.AsyncClient,
    store: Store,
    person: Person,
    change: Callable[[Store, str], Awaitable[None]],
    status: int,
    code: str,
    why: str,
) -> None:
    """The API has checked who sent it, and then that is no longer true: the worker's check, under the lock, counts."""
    request = await ask(http, "assigned")
    id, who = await person("Bo", "security")
    shown = await get(http, f"/hitl/{request['request_id']}")

    async def worker_waits() -> bool:
        async with store.reading() as connection:
            return bool(await connection.scalar(text(WAITING)))

    async with who:
        async with store.writing() as connection:
            row = HITL_REQUEST.c.id == request["request_id"]
            await connection.execute(HITL_REQUEST.update().where(row).values(question="?"))
            sending = asyncio.create_task(
                respond(who, request["request_id"], "approve", subject_hash=shown["subject_hash"])
            )
            await eventually(worker_waits)
            await change(store, id)
        assert assert_problem(await sending, status, why)["code"] == code
    after = await get(http, f"/hitl/{request['request_id']}")
    assert [(one["outcome"], after["status"]) for one in after["history"]] == [("refused", "pending")]


async def test_one_decision_id_from_two_people_is_refused(http: httpx2.AsyncClient, person: Person) -> None:
    request = await ask(http, "open")
    (_, ana), (_, bo) = await person("Ana"), await person("Bo")
    same = {"decision_id": "01890a5d-0000-7000-8000-00000000d0d0"}
    async with ana, bo:
        assert (await respond(ana, request["request_id"], "approve", **same)).status_code == 200
        assert (await respond(ana, request["request_id"], "approve", **same)).status_code == 200
        problem = assert_problem(await respond(bo, request["request_id"], "approve", **same), 422, "decision_id")
        assert problem["code"] == "key_reused"


async def test_an_administrator_who_becomes_an_approver_is_audited(
    http: httpx2.AsyncClient, store: Store, person: Person
) -> None:
    project_id = await start(http, pipeline="open")
    request = await wait_for_request(http, project_id)
    id, admin = await person("Cy", roles=("admin",))
    async with admin:
        problem = assert_problem(await respond(admin, request["request_id"], "approve"), 403)
        assert problem["code"] == "forbidden"
        member = f"{V1}/projects/{project_id}/members/{id}"
        assert (await admin.put(member, json={"roles": ["approver"]})).status_code == 200
        assert (await respond(admin, request["request_id"], "approve")).status_code == 200
    query = "SELECT actor, data FROM auth_event WHERE kind = 'roles_changed' AND principal_id = CAST(:id AS uuid)"
    async with store.reading() as connection:
        (audited,) = await connection.execute(text(query), {"id": id})
    assert (audited.actor, audited.data) == ("Cy", {"project_id": project_id, "roles": ["approver"]})


async def test_a_service_and_a_limited_token_do_not_sign_in_as_somebody_else(
    api_url: str, http: httpx2.AsyncClient, person: Person
) -> None:
    """Either may administrate people, and neither may decide: with a person's session they would."""
    ana, _ = await person("Ana", "security")
    _, robot = await person("robot", kind="service", roles=("admin",))
    created = await http.post(f"{V1}/auth/tokens", json={"name": "people", "scopes": ["read", "admin"]})
    limited = signed_in(api_url, headers={"Authorization": f"Bearer {created.json()['token']}"})
    async with robot, limited:
        for who in (robot, limited):
            assert (await who.get(f"{V1}/auth/people")).status_code == 200
            assert_problem(await who.post(f"{V1}/auth/people/{ana}/links"), 403)
            account = {"login": "ana.of.robots", "password": "correct horse battery staple"}
            assert_problem(await who.put(f"{V1}/auth/people/{ana}/account", json=account), 403)
    assert (await http.post(f"{V1}/auth/people/{ana}/links")).status_code == 201


async def test_groups_are_set_by_administrators_and_audited(
    api_url: str, http: httpx2.AsyncClient, store: Store, person: Person
) -> None:
    id, who = await person("Bo", "security", "operations")
    unknown = "01890a5d-0000-7000-8000-000000000000"
    async with who:
        assert_problem(await who.put(f"{V1}/auth/groups/operations/members/{id}"), 403)
    assert_problem(await http.put(f"{V1}/auth/groups/operations/members/{unknown}"), 404, "person")
    assert (await http.delete(f"{V1}/auth/groups/security/members/{id}")).status_code == 204
    plain = await add_person(api_url, "Cy")
    people = {one["principal_id"]: one["groups"] for one in (await get(http, "/auth/people"))["items"]}
    assert (people[id], people[plain]) == (["operations"], [])
    query = "SELECT actor, data FROM auth_event WHERE kind = 'groups_changed' AND principal_id = CAST(:id AS uuid)"
    async with store.reading() as connection:
        rows = await connection.execute(text(f"{query} ORDER BY id"), {"id": id})
        audited = [(row.actor, row.data) for row in rows]
    changes = [{"added": "security"}, {"added": "operations"}, {"removed": "security"}]
    assert audited == [(ADMIN_NAME, change) for change in changes]


async def test_who_may_not_decide_may_not_extend_the_deadline_either(http: httpx2.AsyncClient, person: Person) -> None:
    request = await ask(http, "assigned")
    path = f"{V1}/hitl/{request['request_id']}"
    _, named = await person("Mia", "security")
    _, approver = await person("Otto")
    _, operator = await person("Ole", "security", roles=("operator",))
    async with named, approver, operator:
        for barred, code in ((approver, "not_eligible"), (operator, "forbidden")):
            problem = assert_problem(await barred.patch(path, json={"extend_by": "4h"}), 403)
            assert problem["code"] == code
        shown = await get(http, f"/hitl/{request['request_id']}")
        assert (shown["expires_at"], shown["extensions"]) == (request["expires_at"], [])
        assert (await named.patch(path, json={"extend_by": "4h"})).status_code == 200
