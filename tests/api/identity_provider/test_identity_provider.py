"""Signing in at an identity provider: who it is, their roles, and where the browser goes then."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import structlog.testing

from config.settings import Settings
from store.transaction import Store
from tests.api.identity_provider.provider_sign_in import (
    a_browser,
    from_provider,
    me,
    problem_in,
    sign_in,
    to_provider,
    with_provider,
)
from tests.api_client import V1
from tests.identity_provider import CLIENT_SECRET, IdentityProvider
from tests.serving import served
from tests.signing_in import AUTHORIZATION
from tests.waiting import PATIENCE_SECONDS, eventually


async def test_a_person_signs_in_and_groups_give_roles(api_url: str, provider: IdentityProvider, store: Store) -> None:
    provider.claims["groups"] = ["staff", "botarmy-admins", "others"]
    with structlog.testing.capture_logs() as logs:
        async with a_browser(api_url) as browser:
            assert await sign_in(browser) == "/inbox"
            first = (await me(browser)).json()
            assert (first["name"], first["method"], first["roles"]) == ("Ana", "session", ["admin", "viewer"])
            seen = str(browser.cookies)
            provider.claims |= {"groups": ["staff"], "name": "Ana Berg", "email": "other@example.org"}
            await sign_in(browser)
            again = (await me(browser)).json()
            assert (again["principal_id"], again["name"]) == (first["principal_id"], "Ana Berg")
            assert again["roles"] == ["viewer"]
            provider.claims |= {"sub": "somebody else", "name": "Ana Berg", "email": "other@example.org"}
            await sign_in(browser)
            assert (await me(browser)).json()["principal_id"] != first["principal_id"]
        # What an administrator gave stays.
        async with httpx2.AsyncClient(base_url=api_url, trust_env=False, headers=AUTHORIZATION) as admin:
            body = {"roles": ["operator"]}
            await admin.patch(f"{V1}/auth/people/{first['principal_id']}", json=body)
        provider.claims |= {"sub": str(provider.claims["sub"]), "groups": []}
    async with store.reading() as connection:
        tables = ("auth_event", "principal", "identity", "session", "provider_sign_in")
        rows = [str((await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()) for table in tables]
    written = seen + json.dumps(logs, default=str) + "".join(rows)
    assert provider.tokens
    assert not [token for token in [*provider.tokens, CLIENT_SECRET] if token in written]


async def test_a_role_of_a_group_that_an_administrator_gives_too_stays(
    api_url: str, provider: IdentityProvider
) -> None:
    provider.claims["groups"] = ["staff"]
    async with a_browser(api_url) as browser:
        await sign_in(browser)
        first = (await me(browser)).json()
        assert first["roles"] == ["viewer"]
        async with httpx2.AsyncClient(base_url=api_url, trust_env=False, headers=AUTHORIZATION) as admin:
            given = await admin.patch(f"{V1}/auth/people/{first['principal_id']}", json={"roles": ["viewer"]})
        assert given.status_code == 200, given.text
        provider.claims["groups"] = []
        await sign_in(browser)
        assert (await me(browser)).json()["roles"] == ["viewer"]


@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")  # of the provider
async def test_a_complete_provider_signs_people_in(settings: Settings) -> None:
    import oidc_provider_mock  # type: ignore[import-untyped]

    with oidc_provider_mock.run_server_in_thread() as server:
        issuer = f"http://127.0.0.1:{server.server_port}"
        async with served(with_provider(settings, issuer)) as api_url, a_browser(api_url) as browser:
            async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
                claims = {"name": "Ada", "groups": ["staff"]}
                assert (await client.put(f"{issuer}/users/ada", json=claims)).status_code == 204
                answer = await client.post(await to_provider(browser), data={"sub": "ada"})
                assert answer.status_code == 302, answer.text
            assert (await browser.get(answer.headers["location"])).headers["location"] == "/inbox"
            found = (await me(browser)).json()
            assert (found["name"], found["roles"]) == ("Ada", ["viewer"])


async def test_a_sign_in_is_finished_once_and_by_the_browser_that_began_it(
    api_url: str, provider: IdentityProvider, store: Store
) -> None:
    async with a_browser(api_url) as browser, a_browser(api_url) as other:
        callback = await from_provider(await to_provider(browser))
        await to_provider(other)
        assert problem_in((await other.get(callback)).headers["location"]) == "expired"
        assert (await browser.get(callback)).headers["location"] == "/inbox"
        assert problem_in((await browser.get(callback)).headers["location"]) == "expired"
        assert (await me(other)).status_code == 401
        late = await from_provider(await to_provider(browser))
        async with store.writing() as connection:
            await connection.exec_driver_sql("UPDATE provider_sign_in SET expires_at = clock_timestamp()")
        assert problem_in((await browser.get(late)).headers["location"]) == "expired"
        for forged in ("/auth/callback", "/auth/callback?code=1&state=1", "/auth/callback?error=x"):
            assert problem_in((await browser.get(forged)).headers["location"]) == "expired"


async def test_ten_tabs_sign_in_at_once(api_url: str, provider: IdentityProvider) -> None:
    async with a_browser(api_url) as browser:
        first = await to_provider(browser, "/?tab=0")
        others = await asyncio.gather(*(to_provider(browser, f"/?tab={tab}") for tab in range(1, 10)))
        callbacks = [await from_provider(address) for address in (first, *others)]
        answers = await asyncio.gather(*(browser.get(callback) for callback in callbacks))
        assert [answer.headers["location"] for answer in answers] == [f"/?tab={tab}" for tab in range(10)]
        assert len({answer.headers["set-cookie"] for answer in answers}) == 10
        assert (await me(browser)).status_code == 200


@pytest.mark.parametrize(
    "destination",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%0d%0aSet-Cookie:x=1\r\n",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/.//evil.example",
        "/%2e//evil.example",
        "evil.example",
        "/sign-in",
        "/auth/oidc",
        "",
    ],
)
async def test_no_other_address_is_opened_afterwards(
    api_url: str, provider: IdentityProvider, destination: str
) -> None:
    async with a_browser(api_url) as browser:
        assert await sign_in(browser, destination) == "/"


async def test_groups_may_come_from_the_userinfo(api_url: str, provider: IdentityProvider) -> None:
    provider.userinfo = {"sub": provider.claims["sub"], "groups": "staff"}
    async with a_browser(api_url) as browser:
        await sign_in(browser)
        assert (await me(browser)).json()["roles"] == ["viewer"]


async def test_sessions_live_on_while_the_provider_is_away(settings: Settings, provider: IdentityProvider) -> None:
    async with served(settings) as api_url, a_browser(api_url) as browser:
        await sign_in(browser)
        callback = await from_provider(await to_provider(browser))
        provider.is_broken = True
        async with served(settings) as other, a_browser(other) as elsewhere:
            answer = await elsewhere.get("/auth/oidc")
            assert problem_in(answer.headers["location"]) == "unavailable"
            cookie = browser.cookies.get(f"botarmy_session_{api_url.rpartition(':')[2]}")
            name = f"botarmy_session_{other.rpartition(':')[2]}"
            # The cookie of a stack on another port signs nobody in here, and the same secret under our name does.
            sibling = {"Cookie": f"botarmy_session_1={cookie}"}
            assert (await elsewhere.get(f"{V1}/auth/me", headers=sibling)).status_code == 401
            assert (await elsewhere.get(f"{V1}/auth/me", headers={"Cookie": f"{name}={cookie}"})).status_code == 200
        assert (await me(browser)).status_code == 200
        provider.codes.clear()
        assert problem_in((await browser.get(callback)).headers["location"]) == "refused"


async def test_a_refusal_and_a_disabled_person_sign_nobody_in(api_url: str, provider: IdentityProvider) -> None:
    async with a_browser(api_url) as browser:
        await sign_in(browser)
        person = (await me(browser)).json()["principal_id"]
        provider.answer = {"error": "access_denied"}
        assert problem_in(await sign_in(browser)) == "refused"
        provider.answer = {}
        async with httpx2.AsyncClient(base_url=api_url, trust_env=False, headers=AUTHORIZATION) as admin:
            await admin.patch(f"{V1}/auth/people/{person}", json={"is_disabled": True})
        assert problem_in(await sign_in(browser)) == "disabled"
        assert (await me(browser)).status_code == 401


async def test_groups_do_not_take_away_the_last_administrator(
    settings: Settings, provider: IdentityProvider, store: Store
) -> None:
    async with store.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM membership WHERE role = 'admin'")
    async with served(settings.model_copy(update={"admin_token": None})) as api_url, a_browser(api_url) as browser:
        # The one who is added as the first has a link, which nobody uses here.
        removed: list[Any] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not removed:
                async with store.writing() as connection:
                    query = "DELETE FROM membership WHERE role = 'admin' RETURNING id"
                    removed += (await connection.exec_driver_sql(query)).all()
        provider.claims["groups"] = ["botarmy-admins"]
        await sign_in(browser)
        provider.claims["groups"] = ["staff"]
        await sign_in(browser)
        assert (await me(browser)).json()["roles"] == ["admin", "viewer"]


async def test_without_a_provider_there_is_nothing(settings: Settings) -> None:
    nothing = {"oidc_issuer": None, "oidc_client_id": None}
    async with served(settings.model_copy(update=nothing)) as api_url, a_browser(api_url) as browser:
        assert (await browser.get("/auth/oidc")).status_code == 404
        assert (await browser.get(f"{V1}/auth/methods")).json() == {"password": True, "provider": None}


async def test_a_page_of_another_site_neither_starts_nor_ends_a_sign_in(
    api_url: str, provider: IdentityProvider
) -> None:
    own = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    foreign = own | {"Sec-Fetch-Site": "cross-site"}
    async with a_browser(api_url) as browser:
        for headers in (foreign, own | {"Sec-Fetch-Site": "same-site"}, own | {"Sec-Fetch-Dest": "iframe"}):
            answer = await browser.get("/auth/oidc?next=/inbox", headers=headers)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Finbox")
            assert "set-cookie" not in answer.headers
        begun = await browser.get("/auth/oidc?next=/inbox", headers=own)
        callback = await from_provider(begun.headers["location"])
        for headers in (foreign | {"Sec-Fetch-Dest": "iframe"}, foreign | {"Sec-Fetch-Mode": "no-cors"}):
            assert problem_in((await browser.get(callback, headers=headers)).headers["location"]) == "expired"
        # That used nothing up. The provider sends the browser itself.
        assert (await browser.get(callback, headers=foreign)).headers["location"] == "/inbox"
        assert (await me(browser)).status_code == 200


async def test_groups_whose_names_no_path_carries_are_ignored(api_url: str, provider: IdentityProvider) -> None:
    provider.claims["groups"] = ["..", ".", " staff ", "  ", "a/members/b"]
    with structlog.testing.capture_logs() as logs:
        async with a_browser(api_url) as browser:
            await sign_in(browser)
            person = (await me(browser)).json()
    assert person["roles"] == ["viewer"]
    assert [log["groups"] for log in logs if log["event"] == "groups_ignored"] == [[".", ".."]]
    async with httpx2.AsyncClient(base_url=api_url, trust_env=False, headers=AUTHORIZATION) as admin:
        people = (await admin.get(f"{V1}/auth/people")).json()["items"]
    (groups,) = [one["groups"] for one in people if one["principal_id"] == person["principal_id"]]
    assert groups == ["a/members/b", "staff"]


async def test_two_administrators_who_lose_the_role_at_once_leave_one(
    settings: Settings, provider: IdentityProvider, store: Store
) -> None:
    """Both sign in, and wait for a third transaction that has both rows: from there on, they run side by side."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    alone = settings.model_copy(update={"admin_token": None})
    subjects = [uuid4().hex, uuid4().hex]

    async def until_waiting(count: int) -> None:
        async def reached() -> bool:
            async with store.reading() as connection:
                return int((await connection.exec_driver_sql(waiting)).scalar_one()) >= count

        await eventually(reached)

    async with store.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM membership WHERE role = 'admin' AND project_id IS NULL")
    async with served(alone) as api_url, a_browser(api_url) as first, a_browser(api_url) as second:
        people = []
        for subject, browser in zip(subjects, (first, second), strict=True):
            provider.claims = {"sub": subject, "name": "Ana", "groups": ["botarmy-admins"]}
            await sign_in(browser)
            people.append((await me(browser)).json()["principal_id"])
        async with store.writing() as connection:  # only these two, and not who introduced the installation
            await connection.exec_driver_sql(
                "DELETE FROM membership WHERE role = 'admin' AND project_id IS NULL AND NOT from_groups"
            )
        async with asyncio.TaskGroup() as group, store.writing() as connection:
            await connection.exec_driver_sql(f"SELECT FROM principal WHERE id IN {tuple(people)} FOR UPDATE")
            signing_in = []
            for place, (subject, browser) in enumerate(zip(subjects, (first, second), strict=True)):
                provider.claims = {"sub": subject, "name": "Ana", "groups": []}
                signing_in.append(group.create_task(sign_in(browser)))
                await until_waiting(place + 1)
        assert [task.result() for task in signing_in] == ["/inbox", "/inbox"]
        roles = [(await me(browser)).json()["roles"] for browser in (first, second)]
    assert sorted(roles) == [[], ["admin"]]
