"""What ends with a token, a password and a person: also what was made with them, and what was under way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from api.auth.passwords import Passwords
from store.identity import api_tokens, people, principals, sessions
from store.statement import run
from store.transaction import Store
from tests.api_client import V1, Json, assert_problem, get
from tests.serving import served
from tests.signing_in import MARK, add_person, browser_of, signed_in, token_of
from tests.waiting import eventually

PASSWORD, OTHER = "correct horse battery staple", "a longer one than the first"


@asynccontextmanager
async def as_bearer(api_url: str, token: str) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=api_url, trust_env=False, timeout=30, headers=headers) as client:
        yield client


def anonymous(api_url: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=api_url, trust_env=False, timeout=30, headers=MARK)


async def status(client: httpx2.AsyncClient) -> int:
    return (await client.get(f"{V1}/auth/me")).status_code


async def new_token(client: httpx2.AsyncClient, **options: Any) -> Json:
    created = await client.post(f"{V1}/auth/tokens", json={"name": "made"} | options)
    assert created.status_code == 201, created.text
    found: Json = created.json()
    return found


async def sign_in(browser: httpx2.AsyncClient, code: str) -> int:
    return (await browser.post(f"{V1}/auth/sign-in", json={"code": code})).status_code


async def account_of(api_url: str, http: httpx2.AsyncClient) -> tuple[str, str]:
    person, login = await add_person(api_url, "Ana", "viewer"), f"ana-{uuid4().hex[:8]}"
    answer = await http.put(f"{V1}/auth/people/{person}/account", json={"login": login, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return person, login


async def test_what_a_token_has_made_ends_with_it(api_url: str) -> None:
    """Tokens of tokens, links that are not used yet, and the sessions of those that were, with their tokens."""
    stolen = await token_of(api_url, "Careless")
    async with as_bearer(api_url, stolen) as thief, anonymous(api_url) as browser, anonymous(api_url) as late:
        own = (await get(thief, "/auth/tokens"))["items"][0]
        second = await new_token(thief, expires_in="365d")
        assert datetime.fromisoformat(second["expires_at"]) <= datetime.fromisoformat(own["expires_at"])
        assert await sign_in(browser, (await thief.post(f"{V1}/auth/links")).json()["code"]) == 200
        third = await new_token(browser)
        unused = (await thief.post(f"{V1}/auth/links")).json()["code"]
        async with as_bearer(api_url, second["token"]) as by_second, as_bearer(api_url, third["token"]) as by_third:
            fourth = await new_token(by_second, scopes=["read"])
            async with as_bearer(api_url, fourth["token"]) as by_fourth:
                clients = (thief, browser, by_second, by_third, by_fourth)
                assert [await status(client) for client in clients] == [200] * 5
                assert (await browser.delete(f"{V1}/auth/tokens/{own['token_id']}")).status_code == 204
                assert [await status(client) for client in clients] == [401] * 5
        assert await sign_in(late, unused) == 401


async def test_a_link_ends_with_the_session_and_with_the_role_of_who_created_it(
    api_url: str, http: httpx2.AsyncClient
) -> None:
    admin, person = await add_person(api_url, "Admin", "admin"), await add_person(api_url, "Ben", "viewer")
    async with browser_of(api_url, admin) as browser, anonymous(api_url) as other, anonymous(api_url) as late:

        async def link() -> str:
            return str((await browser.post(f"{V1}/auth/people/{person}/links")).json()["code"])

        good, demoted, signed_out = await link(), await link(), await link()
        own = (await browser.post(f"{V1}/auth/links")).json()["code"]
        assert await sign_in(other, good) == 200
        await http.patch(f"{V1}/auth/people/{admin}", json={"roles": ["viewer"]})
        assert await sign_in(late, demoted) == 401
        await http.patch(f"{V1}/auth/people/{admin}", json={"roles": ["admin"]})
        assert (await browser.post(f"{V1}/auth/sign-out")).status_code == 204
        assert [await sign_in(late, code) for code in (own, signed_out)] == [401, 401]
        assert await status(other) == 200  # what an administrator did for somebody else stays


async def test_what_the_token_in_the_settings_has_made_ends_when_it_is_replaced(settings: Any) -> None:
    async with served(settings) as url, signed_in(url) as operator, browser_of(url) as browser:
        tokens = [(await new_token(client))["token"] for client in (operator, browser)]
        (cookie,) = browser.cookies.values()
        assert [await status(client) for client in (operator, browser)] == [200, 200]
    replaced = settings.model_copy(update={"admin_token": "bay_another-administrator-of-the-tests-9876543210"})
    for current, expected in ((settings, 200), (replaced, 401)):
        async with served(current) as url:
            async with anonymous(url) as browser:
                browser.cookies.set(f"botarmy_session_{url.rpartition(':')[2]}", cookie)
                assert await status(browser) == expected
            for token in tokens:
                async with as_bearer(url, token) as client:
                    assert await status(client) == expected


async def test_a_person_has_a_hundred_tokens_and_sessions_at_most(
    api_url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_tokens, "MAX_VALID", 5)
    monkeypatch.setattr(sessions, "MAX_OPEN", 3)
    person = await add_person(api_url, "Collector", "viewer")
    async with browser_of(api_url, person) as first:
        tried = await asyncio.gather(*(first.post(f"{V1}/auth/tokens", json={"name": "x"}) for _ in range(12)))
        assert sorted(answer.status_code for answer in tried) == [201] * 5 + [409] * 7
        assert_problem(next(answer for answer in tried if answer.status_code == 409), 409, "Revoke one first")
        one = next(answer.json() for answer in tried if answer.status_code == 201)
        assert (await first.delete(f"{V1}/auth/tokens/{one['token_id']}")).status_code == 204
        assert (await new_token(first))["token"]
        for _ in range(3):
            async with browser_of(api_url, person) as last:
                assert await status(last) == 200

        async def is_ended() -> bool:
            return await status(first) == 401

        await eventually(is_ended)  # an API knows a session from up to 2 seconds ago


@pytest.mark.parametrize("path", ["login", "password"])
async def test_a_password_that_is_replaced_while_it_is_checked_opens_nothing(
    api_url: str, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    person, login = await account_of(api_url, http)
    verify = Passwords.verify

    async def slowly(self: Passwords, hashed: str | None, password: str) -> bool:
        is_right = await verify(self, hashed, password)
        body = {"login": login, "password": OTHER}
        assert (await http.put(f"{V1}/auth/people/{person}/account", json=body)).status_code == 200
        return is_right

    async with anonymous(api_url) as browser:
        if path == "password":
            token = await new_token_of(browser, login)
        monkeypatch.setattr(Passwords, "verify", slowly)
        if path == "login":
            answer = await browser.post(f"{V1}/auth/login", json={"login": login, "password": PASSWORD})
            assert_problem(answer, 401, "The name or the password is wrong")
        else:
            async with as_bearer(api_url, token) as client:
                body = {"current": PASSWORD, "password": "the choice of somebody who knows the old one"}
                assert_problem(await client.put(f"{V1}/auth/password", json=body), 403, "is wrong")
        monkeypatch.undo()
        answer = await browser.post(f"{V1}/auth/login", json={"login": login, "password": OTHER})
        assert answer.status_code == 200, answer.text


async def new_token_of(browser: httpx2.AsyncClient, login: str) -> str:
    answer = await browser.post(f"{V1}/auth/login", json={"login": login, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return str((await new_token(browser))["token"])


async def test_a_token_that_is_created_while_its_owner_is_disabled_is_not_valid_afterwards(
    api_url: str, http: httpx2.AsyncClient, store: Store
) -> None:
    person = await add_person(api_url, "Leaving", "viewer")
    async with browser_of(api_url, person) as browser:
        assert await status(browser) == 200
        async with store.writing() as connection:
            await people.disable(connection, UUID(person))
            creating = asyncio.create_task(browser.post(f"{V1}/auth/tokens", json={"name": "left behind"}))
            await eventually(lambda: waits_for_a_lock(store, creating))
        assert (await creating).status_code == 401
        await http.patch(f"{V1}/auth/people/{person}", json={"is_disabled": False})
        async with store.reading() as connection:
            assert await api_tokens.of_principal(connection, UUID(person)) == []


async def test_a_link_that_is_used_while_everything_is_ended_starts_no_session(
    api_url: str, http: httpx2.AsyncClient, store: Store
) -> None:
    person = await add_person(api_url, "Ending", "viewer")
    code = (await http.post(f"{V1}/auth/people/{person}/links")).json()["code"]
    async with anonymous(api_url) as browser:
        async with store.writing() as connection:
            await principals.lock(connection, UUID(person))
            signing_in = asyncio.create_task(sign_in(browser, code))
            await eventually(lambda: waits_for_a_lock(store, signing_in))
            await sessions.end_all(connection, UUID(person))
        assert await signing_in == 401


async def test_who_creates_many_credentials_at_once_waits_without_connections(settings: Any, store: Store) -> None:
    """They wait for each other; somebody else is served meanwhile, from the few connections of the API."""
    async with served(settings.model_copy(update={"database_pool": 3})) as url:
        busy, calm = await add_person(url, "Busy"), await token_of(url, "Calm", "viewer")
        async with browser_of(url, busy) as browser, as_bearer(url, calm) as other, anonymous(url) as late:
            token = (await new_token(browser))["token_id"]
            codes = [(await browser.post(f"{V1}/auth/links")).json()["code"] for _ in range(3)]
            async with store.writing() as connection:
                await principals.lock(connection, UUID(busy))
                sent = [
                    *(browser.post(f"{V1}/auth/tokens", json={"name": "x"}) for _ in range(3)),
                    *(browser.post(f"{V1}/auth/links") for _ in range(3)),
                    *(browser.delete(f"{V1}/auth/tokens/{token}") for _ in range(3)),
                    *(late.post(f"{V1}/auth/sign-in", json={"code": code}) for code in codes),
                ]
                waiting = [asyncio.ensure_future(one) for one in sent]
                await eventually(lambda: waits_for_a_lock(store, waiting[0]))
                for _ in range(5):
                    assert (await other.get(f"{V1}/projects/")).status_code == 200
            assert {answer.status_code for answer in await asyncio.gather(*waiting)} <= {200, 201, 204, 404}


async def waits_for_a_lock(store: Store, task: asyncio.Task[Any]) -> bool:
    assert not task.done(), task.result()
    async with store.reading() as connection:
        waiting = (
            "SELECT 1 AS found FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(await run(connection, waiting))
