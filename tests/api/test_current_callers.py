"""What outlasts a session or a token is written only if who does it is still signed in, and still may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from api.auth import authenticator
from tests.api_client import V1, assert_problem, get, start
from tests.serving import served
from tests.signing_in import add_person, browser_of, signed_in

PASSWORD = "correct horse battery staple"


async def status(client: httpx2.AsyncClient) -> int:
    return (await client.get(f"{V1}/auth/me")).status_code


Act = Callable[[httpx2.AsyncClient, str, str], Awaitable[httpx2.Response]]

ACTS: dict[str, Act] = {
    "add_person": lambda http, person, project: http.post(
        f"{V1}/auth/people", json={"name": "Accomplice", "roles": ["admin"]}
    ),
    "change_person": lambda http, person, project: http.patch(f"{V1}/auth/people/{person}", json={"roles": ["admin"]}),
    "set_account": lambda http, person, project: http.put(
        f"{V1}/auth/people/{person}/account", json={"login": "mine", "password": PASSWORD}
    ),
    "create_persons_link": lambda http, person, project: http.post(f"{V1}/auth/people/{person}/links"),
    "set_member": lambda http, person, project: http.put(
        f"{V1}/projects/{project}/members/{person}", json={"roles": ["approver"]}
    ),
    "remove_member": lambda http, person, project: http.delete(f"{V1}/projects/{project}/members/{person}"),
    "create_group": lambda http, person, project: http.post(f"{V1}/auth/groups", json={"name": "accomplices"}),
    "add_to_group": lambda http, person, project: http.put(f"{V1}/auth/groups/crew/members/{person}"),
    "take_from_group": lambda http, person, project: http.delete(f"{V1}/auth/groups/crew/members/{person}"),
    "remove_group": lambda http, person, project: http.delete(f"{V1}/auth/groups?name=crew"),
    "set_project_group": lambda http, person, project: http.put(
        f"{V1}/projects/{project}/groups/crew", json={"roles": ["approver"]}
    ),
    "remove_project_group": lambda http, person, project: http.delete(f"{V1}/projects/{project}/groups/crew"),
    "create_link": lambda http, person, project: http.post(f"{V1}/auth/links"),
    "create_token": lambda http, person, project: http.post(f"{V1}/auth/tokens", json={"name": "kept"}),
}
"""What outlasts the credential of who did it."""


async def test_who_was_signed_out_a_moment_ago_leaves_nothing_behind(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An API knows a caller from its last request, and another API has revoked the credential meanwhile."""
    monkeypatch.setattr(authenticator, "CACHE_SECONDS", 3600.0)
    async with served(settings) as slow, served(settings) as other, signed_in(other) as operator:
        project, person = await start(operator), await add_person(other, "Victim")
        assert (await operator.post(f"{V1}/auth/groups", json={"name": "crew"})).status_code == 201
        for act in ACTS.values():
            admin = await add_person(other, "Dismissed", "admin")
            async with browser_of(slow, admin) as browser:
                assert await status(browser) == 200
                await operator.patch(f"{V1}/auth/people/{admin}", json={"is_disabled": True})
                assert await status(browser) == 200
                assert_problem(await act(browser, person, project), 401, "not valid")
        for name, act in ACTS.items():
            if name in ("create_link", "create_token"):  # for oneself, whatever one's roles are
                continue
            admin = await add_person(other, "Demoted", "admin")
            async with browser_of(slow, admin) as browser:
                assert await status(browser) == 200
                await operator.patch(f"{V1}/auth/people/{admin}", json={"roles": ["viewer"]})
                assert (await act(browser, person, project)).status_code == 403
        found = next(one for one in (await get(operator, "/auth/people"))["items"] if one["principal_id"] == person)
        assert (found["roles"], found["login"], found["groups"]) == ([], None, [])
