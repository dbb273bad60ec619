"""Groups: who belongs to them, and their roles in projects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text

from models.tables import HITL_REQUEST
from store.identity import groups
from store.transaction import Store
from tests.api_client import V1, Json, assert_problem, decide, get, respond, start, wait_for_request, wait_for_status
from tests.signing_in import add_person, browser_of, signed_in
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

ISSUER = "https://login.example.org"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

Somebody = tuple[str, httpx2.AsyncClient]


@pytest_asyncio.fixture
async def somebody(api_url: str) -> AsyncIterator[Somebody]:
    """A person without any role, with a token."""
    id = await add_person(api_url, "Mia")
    async with browser_of(api_url, id) as browser:
        token = (await browser.post(f"{V1}/auth/tokens", json={"name": "tests"})).json()["token"]
    async with signed_in(api_url, headers={"Authorization": f"Bearer {token}"}) as client:
        yield id, client


async def create(http: httpx2.AsyncClient, name: str, *members: str) -> None:
    answer = await http.post(f"{V1}/auth/groups", json={"name": name})
    assert answer.status_code == 201, answer.text
    for member in members:
        added = await http.put(f"{V1}/auth/groups/{name}/members/{member}")
        assert (added.status_code, name in added.json()["groups"]) == (200, True)


async def grant(http: httpx2.AsyncClient, project: str, name: str, *roles: str) -> Json:
    answer = await http.put(f"{V1}/projects/{project}/groups/{name}", json={"roles": roles})
    assert answer.status_code == 200, answer.text
    granted: Json = answer.json()
    return granted


async def reads(client: httpx2.AsyncClient, project: str) -> bool:
    return (await client.get(f"{V1}/projects/{project}")).status_code == 200


async def within_seconds(check: Callable[[], Awaitable[bool]]) -> None:
    """What ends is refused once no process remembers the credential."""
    assert await eventually(check, 5)


async def test_the_members_of_a_group_have_its_roles_in_one_project(
    http: httpx2.AsyncClient, somebody: Somebody
) -> None:
    mine, other = await start(http), await start(http)
    id, client = somebody
    assert not await reads(client, mine)
    await create(http, "reviewers", id)
    granted = await grant(http, mine, "reviewers", "viewer", "approver")
    assert (granted["roles"], granted["members"]) == (["approver", "viewer"], 1)
    assert await reads(client, mine)
    assert not await reads(client, other)
    assert [each["id"] for each in (await get(client, "/projects/"))["items"]] == [mine]
    assert [each["name"] for each in (await get(client, f"/projects/{mine}/groups"))["items"]] == ["reviewers"]
    (listed,) = [each for each in (await get(http, "/auth/groups"))["items"] if each["name"] == "reviewers"]
    assert [(each["project_id"], each["roles"]) for each in listed["projects"]] == [(mine, ["approver", "viewer"])]
    assert_problem(await client.post(f"{V1}/projects/{mine}/pause"), 403)
    assert_problem(await client.put(f"{V1}/projects/{mine}/groups/reviewers", json={"roles": ["admin"]}), 403)
    request = await wait_for_request(client, mine)
    await decide(client, request, "reject", comment="No.")
    await wait_for_status(client, mine, "rejected")
    assert (await http.delete(f"{V1}/projects/{mine}/groups/reviewers")).status_code == 204

    async def is_out() -> bool:
        return not await reads(client, mine)

    await within_seconds(is_out)


async def test_a_group_that_an_identity_provider_names_has_roles_too(
    http: httpx2.AsyncClient, somebody: Somebody, store: Store
) -> None:
    """Both sources name the members of one group, and each keeps what it says."""
    project, (id, client) = await start(http), somebody
    name = "/platform/ops"  # as Keycloak writes them
    path = name.replace("/", "%2F")
    assert_problem(await http.put(f"{V1}/projects/{project}/groups/{path}", json={"roles": ["viewer"]}), 404)
    async with store.writing() as connection:
        await groups.replace(connection, UUID(id), [name], source=ISSUER)  # as at a sign-in
    await grant(http, project, path, "operator")
    assert (await client.post(f"{V1}/projects/{project}/pause")).status_code == 202
    assert_problem(await http.delete(f"{V1}/auth/groups/{path}/members/{id}"), 404)
    assert (await http.put(f"{V1}/auth/groups/{path}/members/{id}")).status_code == 200
    (group,) = [each for each in (await get(http, "/auth/groups"))["items"] if each["name"] == name]
    assert (group["created_by"], group["members"][0]["sources"]) == (None, ["botarmy", ISSUER])
    async with store.writing() as connection:
        await groups.replace(connection, UUID(id), [], source=ISSUER)
    assert (await http.delete(f"{V1}/auth/groups/{path}/members/{id}")).status_code == 204

    async def is_out() -> bool:
        return not await reads(client, project)

    await within_seconds(is_out)


async def test_a_group_that_is_removed_takes_its_roles_along(http: httpx2.AsyncClient, somebody: Somebody) -> None:
    project, (id, client) = await start(http), somebody
    await create(http, "passing", id)
    assert_problem(await http.post(f"{V1}/auth/groups", json={"name": "passing"}), 409, "passing")
    await grant(http, project, "passing", "viewer")
    assert (await http.delete(f"{V1}/auth/groups/passing")).status_code == 204
    assert_problem(await http.delete(f"{V1}/auth/groups/passing"), 404)
    await create(http, "passing", id)

    async def is_out() -> bool:
        return not await reads(client, project)

    await within_seconds(is_out)
    assert (await get(http, f"/projects/{project}/groups"))["items"] == []
    assert_problem(await http.put(f"{V1}/projects/{project}/groups/passing", json={"roles": ["auditor"]}), 422, "roles")
    assert_problem(await http.put(f"{V1}/projects/{project}/groups/pasing", json={"roles": ["viewer"]}), 404)


async def test_a_response_of_somebody_who_leaves_the_group_meanwhile_does_not_count(
    http: httpx2.AsyncClient, somebody: Somebody, store: Store
) -> None:
    """The API has signed the response, which waits for the row of its request."""
    project, (id, client) = await start(http), somebody
    await create(http, "deciders", id)
    await grant(http, project, "deciders", "approver")
    request = await wait_for_request(client, project)
    mine = HITL_REQUEST.c.id == request["request_id"]

    async def worker_waits() -> bool:
        async with store.reading() as connection:
            return bool((await connection.execute(text(WAITING))).scalar_one())

    async with store.writing() as connection:
        await connection.execute(HITL_REQUEST.update().where(mine).values(round=HITL_REQUEST.c.round))
        sending = asyncio.create_task(respond(client, request["request_id"], "approve"))
        await eventually(worker_waits)
        taken = await http.delete(f"{V1}/auth/groups/deciders/members/{id}")
        assert taken.status_code == 204, taken.text
    assert (await sending).status_code in (403, 404, 409)
    shown = await get(http, f"/hitl/{request['request_id']}")
    assert (shown["status"], shown["history"][0]["outcome"]) == ("pending", "refused")
    assert "takes the role approver" in shown["history"][0]["explanation"]


async def test_a_project_with_groups_can_be_removed(http: httpx2.AsyncClient) -> None:
    project = await start(http)
    await create(http, "leaving")
    await grant(http, project, "leaving", "viewer")
    await decide(http, await wait_for_request(http, project), "reject", comment="No.")
    await wait_for_status(http, project, "rejected")
    assert (await http.delete(f"{V1}/projects/{project}")).status_code == 204


async def test_no_group_has_the_roles_of_an_earlier_one_of_its_name(
    http: httpx2.AsyncClient, somebody: Somebody, store: Store
) -> None:
    (member, _), project = somebody, await start(http)

    async def belong(*names: str) -> None:
        async with store.writing() as connection:
            await groups.replace(connection, UUID(member), names, source=ISSUER)  # as at a sign-in

    async def leave_roles_behind(name: str) -> None:
        await belong(name)
        await grant(http, project, name, "approver")
        await belong()

    await leave_roles_behind("ghosts")
    await create(http, "ghosts", member)
    assert (await get(http, f"/projects/{project}/groups"))["items"] == []
    await leave_roles_behind("shadows")
    assert (await http.delete(f"{V1}/auth/groups/shadows")).status_code == 204
    assert (await get(http, f"/projects/{project}/groups"))["items"] == []


async def test_a_group_that_is_removed_while_it_gets_roles_leaves_none(http: httpx2.AsyncClient) -> None:
    project = await start(http)
    for number in range(10):
        name = f"short-lived {number}"
        await create(http, name)
        given, removed = await asyncio.gather(
            http.put(f"{V1}/projects/{project}/groups/{name}", json={"roles": ["viewer"]}),
            http.delete(f"{V1}/auth/groups/{name}"),
        )
        assert (given.status_code in (200, 404), removed.status_code) == (True, 204)
    assert (await get(http, f"/projects/{project}/groups"))["items"] == []


@pytest.mark.parametrize("name", ["a/members/b", f"a/members/{UUID(int=7)}", ".", "..", "a\nb", "a\x7fb"])
async def test_a_name_that_no_path_carries_is_refused_and_an_older_one_can_be_removed(
    http: httpx2.AsyncClient, store: Store, name: str
) -> None:
    assert_problem(await http.post(f"{V1}/auth/groups", json={"name": name}), 422, "no path could name the group")
    async with store.writing() as connection:
        assert await groups.create(connection, name, "an earlier version")
    answer = await http.delete(f"{V1}/auth/groups", params={"name": name})
    assert answer.status_code == 204, answer.text
    assert name not in {each["name"] for each in (await get(http, "/auth/groups"))["items"]}
    assert_problem(await http.delete(f"{V1}/auth/groups", params={"name": name}), 404)
