"""Who may do what: every endpoint, every frame, export, diff and artifact, for every role, another project's member and
nobody."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI
from psycopg.types.json import Jsonb
from websockets.asyncio.client import connect

from api import problems
from api.auth.dependencies import authorize
from api.auth.permissions import NEEDS, Instance, Open, Project
from models.contracts.identity import ALL_PERMISSIONS, GRANTS, AccessRole, Permission
from store.statement import run
from store.transaction import Store
from tests.api.realtime.relay_server import close_code, receive
from tests.api_client import V1, Json, assert_problem, get, start, wait_for_request
from tests.signing_in import add_person, browser_of, token_of
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

PROJECT_ROLES = (AccessRole.VIEWER, AccessRole.OPERATOR, AccessRole.APPROVER, AccessRole.ADMIN)
OUTSIDER, NOBODY = "a member of another project", "nobody"
OF_PROJECT, READER = "a token of one project", "a token that reads"
"""Limited tokens of somebody who has every role in all projects."""


@dataclass(frozen=True)
class Records:
    """One project with a record of each kind, by the name that it has in a path."""

    ids: dict[str, str]
    other: str


@pytest_asyncio.fixture(scope="module")
async def document(http: httpx2.AsyncClient) -> Json:
    document: Json = (await http.get("/openapi.json")).json()
    return document


@pytest_asyncio.fixture(scope="module")
async def records(http: httpx2.AsyncClient) -> Records:
    project, other = await start(http, oversight="high"), await start(http, oversight="high")
    request = await wait_for_request(http, project)
    await wait_for_request(http, other)
    target = {"scope": "role", "role": "deployer", "project_id": project}
    stop = await http.post(f"{V1}/stops/", json=target | {"reason": "?"})
    assert stop.status_code == 201, stop.text
    ids = {
        "project_id": project,
        "request_id": request["request_id"],
        "task_id": request["task_id"],
        "artifact_id": request["artifacts"][0]["artifact_id"],
        "stop_id": stop.json()["stop_id"],
        "name": "software-delivery",
        "principal_id": str(uuid4()),
        "session_id": str(uuid4()),
        "token_id": str(uuid4()),
        "context_id": str(uuid4()),
        "group": "nobody's",
    }
    return Records(ids, other)


@pytest_asyncio.fixture(scope="module")
async def tokens(api_url: str, http: httpx2.AsyncClient, records: Records) -> dict[str, str]:
    """A token for each role in the project, in all of them, and for a member of another project; and limited ones."""
    found = {f"{role} of all": await token_of(api_url, f"{role} of all", role) for role in AccessRole}
    for role in PROJECT_ROLES:
        found[role] = await member(api_url, http, records.ids["project_id"], role)
    found[OUTSIDER] = await member(api_url, http, records.other, *PROJECT_ROLES)
    whole = await add_person(api_url, "Everything", *AccessRole)
    found[OF_PROJECT] = await token_for(api_url, whole, project_id=records.ids["project_id"])
    found[READER] = await token_for(api_url, whole, scopes=["read"])
    return found


async def member(api_url: str, http: httpx2.AsyncClient, project_id: str, *roles: AccessRole) -> str:
    """Add a member to a project. Return a token of theirs."""
    person = await add_person(api_url, f"{' '.join(roles)} of one")
    answer = await http.put(f"{V1}/projects/{project_id}/members/{person}", json={"roles": list(roles)})
    assert answer.status_code == 200, answer.text
    return await token_for(api_url, person)


async def token_for(api_url: str, person: str, **limits: Any) -> str:
    async with browser_of(api_url, person) as browser:
        created = await browser.post(f"{V1}/auth/tokens", json={"name": "tests"} | limits)
    assert created.status_code == 201, created.text
    return str(created.json()["token"])


def calls(document: Json) -> dict[str, tuple[str, str]]:
    """The method and the path of each endpoint below /api/v1, by its name."""
    return {
        call["operationId"]: (method.upper(), path)
        for path, methods in document["paths"].items()
        for method, call in methods.items()
        if path.startswith(V1)
    }


def test_every_endpoint_has_an_entry_and_every_entry_an_endpoint(document: Json) -> None:
    assert set(calls(document)) == set(NEEDS)


def expected(name: str, who: str, path: str) -> set[int] | None:
    """The statuses of a refusal; None if the call is not refused."""
    need = NEEDS[name]
    if need is Open.PUBLIC:
        return None
    if who == NOBODY:
        return {401}
    held = held_in_project(who)
    match need:
        case Project(permission):
            return None if permission in held else {403} if Permission.READ in held else {404}
        case Instance(permission):
            return None if (who.endswith(" of all") or who == READER) and permission in held else {403}
        case Open.AUDIT:
            return None if who in ("admin of all", "auditor of all", READER) else {403}
        case Open.OWN:
            return {403} if who in (OF_PROJECT, READER) else None
        case _:
            return None


def held_in_project(who: str) -> frozenset[Permission]:
    """What somebody may do in the project of the records."""
    limited = {OUTSIDER: frozenset[Permission](), OF_PROJECT: ALL_PERMISSIONS, READER: frozenset({Permission.READ})}
    return limited[who] if who in limited else GRANTS[AccessRole(who.removesuffix(" of all"))]


async def test_the_matrix(document: Json, api_url: str, records: Records, tokens: dict[str, str]) -> None:
    """An unusable body shows whether a call is let through: it is refused with 422, and changes nothing."""
    wrong = []
    for who in (*tokens, NOBODY):
        headers = {"Authorization": f"Bearer {tokens[who]}"} if who in tokens else {}
        async with httpx2.AsyncClient(base_url=api_url, headers=headers, trust_env=False, timeout=30) as client:
            for name, (method, path) in calls(document).items():
                refusal = expected(name, who, path)
                if refusal is None and method != "GET" and not takes_body(document, path, method):
                    continue  # it would do what it is for
                body: Any = {"json": {"unknown": True}} if takes_body(document, path, method) else {}
                answer = await client.request(method, path.format(**records.ids), **body)
                if (answer.status_code not in refusal) if refusal else (answer.status_code in {401, 403}):
                    wrong.append((who, name, answer.status_code, refusal))
    assert wrong == []


def takes_body(document: Json, path: str, method: str) -> bool:
    return "requestBody" in document["paths"][path][method.lower()]


async def test_lists_contain_only_what_a_person_may_see(
    api_url: str, http: httpx2.AsyncClient, records: Records, tokens: dict[str, str]
) -> None:
    project, other = records.ids["project_id"], records.other
    for who, sees in (
        (AccessRole.VIEWER, {project}),
        (OF_PROJECT, {project}),
        (OUTSIDER, {other}),
        ("viewer of all", {project, other}),
    ):
        async with with_token(api_url, tokens[who]) as client:
            assert {one["id"] for one in (await get(client, "/projects/"))["items"]} == sees
            assert sum((await get(client, "/project-counts"))["statuses"].values()) == len(sees)
            assert {one["project_id"] for one in (await get(client, "/hitl/pending"))["items"]} == sees
            assert {one["project_id"] for one in (await get(client, "/budgets"))["items"]} == sees
            found = await get(client, "/ids", text="Guest book", kind="project")
            assert {one["id"] for one in found["items"]} == sees
            stops = {one["project_id"] for one in (await get(client, "/stops/"))["items"]}
            assert stops == ({project} & sees)
            got = await client.get(f"{V1}/stops/{records.ids['stop_id']}")
            assert got.status_code == (200 if project in sees else 404)


async def test_sums_of_all_projects_are_for_those_who_may_read_all(
    api_url: str, records: Records, tokens: dict[str, str], store: Store
) -> None:
    """The spending of the day, and how many workflows cannot continue. The worker may find that this one can."""
    project = records.ids["project_id"]
    mark = "UPDATE project SET workflow_problem = %(problem)s WHERE id = %(id)s"
    problem = Jsonb({"kind": "stuck", "detail": "x", "since": "2026-01-01T00:00:00Z"})

    async def is_told(client: httpx2.AsyncClient, *expected: object) -> bool:
        async with store.writing() as connection:
            await run(connection, mark, problem=problem, id=project)
        health = (await client.get("/health/detailed")).json()
        counts = health["workflows"]
        return (counts and counts["stuck"], health["status"]) == expected

    for who, sees_day, stuck in (
        ("viewer of all", True, 1),
        (READER, True, 1),
        (AccessRole.ADMIN, False, 1),
        (OF_PROJECT, False, 1),
        (OUTSIDER, False, 0),
    ):
        seen = records.other if who == OUTSIDER else project
        async with with_token(api_url, tokens[who]) as client:
            days = [(await get(client, path))["day"] for path in ("/budgets", f"/projects/{seen}/budget")]
            days.append((await get(client, f"/projects/{seen}/overview"))["budget"]["day"])
            assert [day is not None for day in days] == [sees_day] * 3, who
            assert await eventually(partial(is_told, client, stuck, "degraded" if stuck else "ok"))
    async with httpx2.AsyncClient(base_url=api_url, trust_env=False, timeout=30) as nobody:
        assert await eventually(partial(is_told, nobody, None, "degraded"))
    async with store.writing() as connection:
        await run(connection, mark, problem=None, id=project)


async def test_everybody_is_told_what_they_may_do(api_url: str, records: Records, tokens: dict[str, str]) -> None:
    project = records.ids["project_id"]
    for who, token in tokens.items():
        async with with_token(api_url, token) as client:
            me = await get(client, "/auth/me")
        if who == OUTSIDER:
            held = frozenset[Permission]().union(*(GRANTS[role] for role in PROJECT_ROLES))
            assert (me["permissions"], me["project_permissions"]) == ([], {records.other: sorted(held)})
        elif who.endswith(" of all") or who == READER:
            assert (me["permissions"], me["project_permissions"]) == (sorted(held_in_project(who)), {})
        else:
            assert (me["permissions"], me["project_permissions"]) == ([], {project: sorted(held_in_project(who))})


async def test_a_token_of_one_project_names_no_other(api_url: str, http: httpx2.AsyncClient, records: Records) -> None:
    project, person = records.ids["project_id"], await add_person(api_url, "Of two")
    for one in (project, records.other):
        await http.put(f"{V1}/projects/{one}/members/{person}", json={"roles": ["viewer"]})
    async with browser_of(api_url, person) as browser:
        made = await browser.post(f"{V1}/auth/tokens", json={"name": "tests", "project_id": project})
    async with with_token(api_url, made.json()["token"]) as client:
        me = await get(client, "/auth/me")
    assert me["projects"] == {project: ["viewer"]}
    assert list(me["project_permissions"]) == [project]


async def test_a_limited_token_reaches_nothing_of_its_owners_account(api_url: str, tokens: dict[str, str]) -> None:
    calls: list[tuple[str, str, Any]] = [
        ("GET", "tokens", None),
        ("POST", "tokens", {"name": "another", "scopes": ["read"]}),
        ("DELETE", f"tokens/{uuid4()}", None),
        ("GET", "sessions", None),
        ("DELETE", f"sessions/{uuid4()}", None),
        ("POST", "links", None),
        ("PUT", "password", {"current": "x", "password": "a long enough password"}),
    ]
    for who in (OF_PROJECT, READER):
        async with with_token(api_url, tokens[who]) as client:
            for method, path, body in calls:
                answer = await client.request(method, f"{V1}/auth/{path}", json=body)
                assert assert_problem(answer, 403, "limited")["code"] == "forbidden"
            assert (await client.get(f"{V1}/auth/me")).status_code == 200
            assert (await client.post(f"{V1}/auth/tickets")).status_code == 201  # for a socket of its own


async def test_a_limited_token_revokes_itself(api_url: str) -> None:
    person = await add_person(api_url, "Cautious", "viewer")
    async with browser_of(api_url, person) as browser:
        made = (await browser.post(f"{V1}/auth/tokens", json={"name": "tests", "scopes": ["read"]})).json()
    async with with_token(api_url, made["token"]) as client:
        assert (await client.delete(f"{V1}/auth/tokens/{made['token_id']}")).status_code == 204
        assert (await client.get(f"{V1}/auth/me")).status_code == 401


async def test_nobody_stops_what_they_may_not_see(api_url: str, records: Records, tokens: dict[str, str]) -> None:
    for who, status in ((OUTSIDER, 404), (AccessRole.VIEWER, 403)):
        async with with_token(api_url, tokens[who]) as client:
            for target in (
                {"scope": "project", "project_id": records.ids["project_id"]},
                {"scope": "step", "task_id": records.ids["task_id"]},
            ):
                answer = await client.post(f"{V1}/stops/", json=target | {"reason": "?"})
                assert answer.status_code == status, answer.text
            assert (await client.post(f"{V1}/stops/", json={"scope": "all", "reason": "?"})).status_code == 403
            release = await client.post(f"{V1}/stops/{records.ids['stop_id']}/release", json={"reason": "?"})
            assert release.status_code == status, release.text


async def test_a_socket_tells_only_of_projects_that_its_owner_may_see(
    api_url: str, http: httpx2.AsyncClient, records: Records, tokens: dict[str, str]
) -> None:
    project = records.ids["project_id"]
    async with (
        socket_of(api_url, tokens[OUTSIDER]) as outsider,
        socket_of(api_url, tokens[AccessRole.VIEWER]) as viewer,
    ):
        for socket in (outsider, viewer):
            await socket.send(json.dumps({"action": "watch"}))
            assert (await receive(socket))["event_type"] == "watching"
            await socket.send(json.dumps({"action": "subscribe", "project_id": project, "live": True}))
        assert (await receive(outsider))["data"]["code"] == "unknown_project"
        assert (await receive(viewer))["event_type"] == "connection_ready"
        renamed = await http.patch(f"{V1}/projects/{project}", json={"name": "Renamed", "tags": ["seen"]})
        assert renamed.status_code == 200, renamed.text
        assert (await receive(viewer))["project_id"] == project
        await outsider.send(json.dumps({"action": "ping"}))
        assert (await receive(outsider))["event_type"] == "pong"
    async with socket_of(api_url, tokens[OUTSIDER], f"?project_id={project}&since=0") as socket:
        assert (await receive(socket))["data"]["code"] == "unknown_project"
        assert await close_code(socket) == 4404
    async with connect(api_url.replace("http", "ws") + "/ws", compression=None, proxy=None) as socket:
        assert await close_code(socket) == 4401


async def test_a_removed_member_loses_the_socket_and_the_project(
    api_url: str, http: httpx2.AsyncClient, records: Records
) -> None:
    project = records.ids["project_id"]
    person = await add_person(api_url, "Removed")
    token = await token_for(api_url, person)
    await http.put(f"{V1}/projects/{project}/members/{person}", json={"roles": ["viewer"]})
    async with socket_of(api_url, token, f"?project_id={project}") as socket, with_token(api_url, token) as client:
        assert (await receive(socket))["event_type"] == "connection_ready"
        assert (await http.delete(f"{V1}/projects/{project}/members/{person}")).status_code == 204
        assert await close_code(socket) == 4403
        assert (await client.get(f"{V1}/projects/{project}")).status_code == 404


async def test_an_artifact_of_another_project_does_not_exist_in_a_comparison(
    api_url: str, http: httpx2.AsyncClient, records: Records, tokens: dict[str, str]
) -> None:
    own = (await get(http, f"/projects/{records.other}/artifacts"))["items"][0]["artifact_id"]
    foreign, unknown = records.ids["artifact_id"], str(uuid4())
    async with with_token(api_url, tokens[OUTSIDER]) as outsider:
        answers = [
            (await outsider.get(f"{V1}/artifacts/{own}/diff", params={"against": other}))
            for other in (foreign, unknown)
        ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["detail"] == answers[1].json()["detail"].replace(unknown, foreign)


async def test_an_unlisted_endpoint_is_refused() -> None:
    app = FastAPI()
    problems.install(app, lambda request: None)
    router = APIRouter(dependencies=[Depends(authorize)])

    @router.get("/new")
    async def new_endpoint() -> dict[str, str]:
        return {}

    app.include_router(router)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost") as client:
        assert (await client.get("/new")).status_code == 403


def with_token(api_url: str, token: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=api_url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
    )


def socket_of(api_url: str, token: str, query: str = "") -> connect:
    url = f"{api_url.replace('http', 'ws')}/ws{query}"
    return connect(url, compression=None, proxy=None, additional_headers={"Authorization": f"Bearer {token}"})
