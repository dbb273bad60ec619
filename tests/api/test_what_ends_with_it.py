"""What was created with a token, in another's name or with an old password ends with it, also in flight."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx2
import pytest

from api.auth.passwords import Passwords
from store.identity.api_tokens import MAX_OPEN
from store.transaction import Store
from tests.api_client import V1, Json, assert_problem, get
from tests.serving import served
from tests.signing_in import MARK, add_person, browser_of, signed_in, token_of

OLD, NEW = "correct horse battery staple", "a longer one than the first"


def client_of(url: str, token: str | None = None) -> httpx2.AsyncClient:
    headers = MARK if token is None else {"Authorization": f"Bearer {token}"}
    return httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30, headers=headers)


async def create_token(client: httpx2.AsyncClient, **body: Any) -> Json:
    answer = await client.post(f"{V1}/auth/tokens", json={"name": "made"} | body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def create_link(client: httpx2.AsyncClient, person: str | None = None) -> str:
    answer = await client.post(f"{V1}/auth/people/{person}/links" if person else f"{V1}/auth/links")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


async def use_link(browser: httpx2.AsyncClient, code: str) -> int:
    return (await browser.post(f"{V1}/auth/sign-in", json={"code": code})).status_code


async def status_of(client: httpx2.AsyncClient) -> int:
    return (await client.get(f"{V1}/auth/me")).status_code


async def test_a_token_ends_with_the_one_that_created_it(api_url: str) -> None:
    person = await add_person(api_url, "Chain", "viewer")
    async with browser_of(api_url, person) as owner, client_of(api_url) as browser, client_of(api_url) as late:
        first = await create_token(owner, expires_in="P1D")
        async with client_of(api_url, first["token"]) as one:
            second = await create_token(one, expires_in="P365D")
            assert datetime.fromisoformat(second["expires_at"]) <= datetime.fromisoformat(first["expires_at"])
            assert await use_link(browser, await create_link(one)) == 200
            (by_link, _) = (await get(browser, "/auth/sessions"))["items"]
            assert datetime.fromisoformat(by_link["expires_at"]) <= datetime.fromisoformat(first["expires_at"])
            unused = await create_link(one)
            third = await create_token(browser)
            async with client_of(api_url, second["token"]) as two, client_of(api_url, third["token"]) as three:
                fourth = await create_token(two)
                async with client_of(api_url, fourth["token"]) as four:
                    made = (one, two, three, four, browser)
                    assert [await status_of(each) for each in made] == [200] * 5
                    revoked = await owner.delete(f"{V1}/auth/tokens/{first['token_id']}")
                    assert revoked.status_code == 204, revoked.text
                    assert [await status_of(each) for each in made] == [401] * 5
        assert await use_link(late, unused) == 401
        assert await status_of(owner) == 200
        assert (await get(owner, "/auth/tokens"))["items"] == []


@pytest.mark.parametrize("change", [{"is_disabled": True}, {"roles": ["operator"]}])
async def test_what_was_created_for_another_person_ends_with_the_right_to_it(api_url: str, change: Json) -> None:
    admin_id, person = await add_person(api_url, "Mallory", "admin"), await add_person(api_url, "Victim", "approver")
    async with signed_in(api_url) as operator:
        added = await operator.post(f"{V1}/auth/people", json={"name": "CI", "kind": "service", "roles": ["viewer"]})
        service = added.json()["principal_id"]
        async with (
            browser_of(api_url, admin_id) as mallory,
            browser_of(api_url, person) as victim,
            client_of(api_url) as as_victim,
            client_of(api_url) as as_service,
            client_of(api_url) as late,
        ):
            assert await use_link(as_victim, await create_link(mallory, person)) == 200
            assert await use_link(as_service, await create_link(mallory, service)) == 200
            token, job = await create_token(as_victim), await create_token(as_service)
            unused = await create_link(mallory, person)
            async with client_of(api_url, token["token"]) as program, client_of(api_url, job["token"]) as service_job:
                assert await status_of(program) == 200
                changed = await operator.patch(f"{V1}/auth/people/{admin_id}", json=change)
                assert changed.status_code == 200, changed.text
                assert [await status_of(each) for each in (as_victim, program)] == [401, 401]
                assert await use_link(late, unused) == 401
                assert [await status_of(each) for each in (victim, service_job)] == [200, 200]


async def test_a_person_has_a_limited_number_of_tokens(api_url: str, store: Store) -> None:
    person = await add_person(api_url, "Collector", "viewer")
    async with browser_of(api_url, person) as owner:
        first = await create_token(owner)
        async with store.writing() as connection:
            await connection.exec_driver_sql(f"""
                INSERT INTO api_token (id, token_hash, principal_id, name, scopes, created_at, expires_at)
                SELECT gen_random_uuid(), decode(md5(n::text || '{person}'), 'hex'), principal_id, name, scopes,
                       created_at, expires_at
                FROM api_token, generate_series(2, {MAX_OPEN}) AS n WHERE api_token.id = '{first["token_id"]}'
            """)
        assert_problem(await owner.post(f"{V1}/auth/tokens", json={"name": "one more"}), 409, str(MAX_OPEN))
        assert (await owner.delete(f"{V1}/auth/tokens/{first['token_id']}")).status_code == 204
        await create_token(owner)


async def test_a_revoked_token_creates_nothing_while_another_api_remembers_it(api_url: str, settings: Any) -> None:
    token = await token_of(api_url, "Quick", "viewer")
    async with served(settings) as other, client_of(api_url, token) as here, client_of(other, token) as there:
        assert await status_of(there) == 200
        assert (await here.post(f"{V1}/auth/sign-out")).status_code == 204
        answer = await there.post(f"{V1}/auth/tokens", json={"name": "survivor"})
        assert answer.status_code == 401, answer.text


def changing_meanwhile(monkeypatch: pytest.MonkeyPatch, change: Callable[[], Awaitable[Any]]) -> None:
    """Change something between the check of a password and what follows."""
    verify = Passwords.verify

    async def slow(self: Passwords, hashed: str | None, password: str) -> bool:
        is_right = await verify(self, hashed, password)
        monkeypatch.undo()
        await change()
        return is_right

    monkeypatch.setattr(Passwords, "verify", slow)


async def test_an_old_password_in_flight_signs_nobody_in(api_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    person = await add_person(api_url, "Ana", "viewer")
    account = f"{V1}/auth/people/{person}/account"
    async with signed_in(api_url) as admin, client_of(api_url) as thief:

        async def reset() -> None:
            assert (await admin.put(account, json={"login": "ana", "password": NEW})).status_code == 200

        assert (await admin.put(account, json={"login": "ana", "password": OLD})).status_code == 200
        changing_meanwhile(monkeypatch, reset)
        assert_problem(await thief.post(f"{V1}/auth/login", json={"login": "ana", "password": OLD}), 401, "wrong")
        # Nor does it set another one.
        assert (await thief.post(f"{V1}/auth/login", json={"login": "ana", "password": NEW})).status_code == 200
        changing_meanwhile(monkeypatch, reset)
        body = {"current": NEW, "password": OLD}
        answer = await thief.put(f"{V1}/auth/password", json=body)
        assert answer.status_code in (401, 403), answer.text
        async with client_of(api_url) as owner:
            assert (await owner.post(f"{V1}/auth/login", json={"login": "ana", "password": NEW})).status_code == 200
