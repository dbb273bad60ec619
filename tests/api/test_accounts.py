"""Accounts with passwords: signing in, wrong passwords, disabled people, and the last administrator."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
import structlog.testing
from argon2 import PasswordHasher
from websockets.asyncio.client import connect

from store.identity import failures
from store.transaction import Store
from tests.api.realtime.relay_server import close_code
from tests.api_client import V1, assert_problem, get
from tests.serving import served
from tests.signing_in import MARK, add_person, browser_of

PASSWORD, OTHER = "correct horse battery staple", "a longer one than the first"
WRONG = "wrong-password"


def anonymous(api_url: str, **options: Any) -> httpx2.AsyncClient:
    headers = MARK | options.pop("headers", {})
    return httpx2.AsyncClient(base_url=api_url, trust_env=False, timeout=30, headers=headers, **options)


async def log_in(browser: httpx2.AsyncClient, login: str, password: str = PASSWORD) -> httpx2.Response:
    return await browser.post(f"{V1}/auth/login", json={"login": login, "password": password})


async def set_password(http: httpx2.AsyncClient, person: str, login: str, password: str = PASSWORD) -> None:
    answer = await http.put(f"{V1}/auth/people/{person}/account", json={"login": login, "password": password})
    assert (answer.status_code, answer.json()["login"]) == (200, login), answer.text


async def account_of(api_url: str, http: httpx2.AsyncClient, *roles: str) -> tuple[str, str]:
    """Add a person with an account. Return the person's id, and the login."""
    login = f"ana-{uuid4().hex[:8]}"
    person = await add_person(api_url, "Ana", *roles)
    await set_password(http, person, login)
    return person, login


@pytest_asyncio.fixture
async def no_failures(store: Store) -> AsyncIterator[None]:
    """Forget wrong passwords afterwards: all tests come from one address."""
    yield
    async with store.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM sign_in_failure")


async def test_a_person_signs_in_with_a_password(api_url: str, http: httpx2.AsyncClient, store: Store) -> None:
    person, login = await account_of(api_url, http, "viewer")
    async with anonymous(api_url) as browser:
        answer = await log_in(browser, f" {login.upper()} ")
        assert answer.status_code == 200, answer.text
        assert (answer.json()["principal_id"], answer.json()["login"]) == (person, login)
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
        assert (await browser.get(f"{V1}/auth/me")).json()["roles"] == ["viewer"]
    async with store.reading() as connection:
        rows = (await connection.exec_driver_sql(f"SELECT * FROM account WHERE principal_id = '{person}'")).all()
    assert rows[0].password_hash.startswith("$argon2id$")
    assert PASSWORD not in str(rows)
    async with browser_of(api_url, person) as browser, browser_of(api_url) as admin:
        assert (await get(browser, "/auth/people"))["items"]
        assert_problem(
            await admin.put(f"{V1}/auth/people/{uuid4()}/account", json={"login": "x", "password": PASSWORD}), 404
        )
        other = await add_person(api_url, "Other")
        body = {"login": login, "password": PASSWORD}
        taken = await admin.put(f"{V1}/auth/people/{other}/account", json=body)
        assert (taken.status_code, taken.json()["code"]) == (409, "login_taken")
        short = await admin.put(f"{V1}/auth/people/{other}/account", json={"login": "o", "password": "short"})
        assert assert_problem(short, 422, "Choose a password of 12 characters or more.")["code"] == "weak_password"


async def test_signing_in_again_ends_the_session_that_the_browser_had(api_url: str, http: httpx2.AsyncClient) -> None:
    _, login = await account_of(api_url, http, "viewer")
    async with anonymous(api_url) as browser, anonymous(api_url) as thief:
        await log_in(browser, login)
        thief.cookies = httpx2.Cookies(browser.cookies)
        assert (await thief.get(f"{V1}/auth/me")).status_code == 200
        await log_in(browser, login)
        assert (await browser.get(f"{V1}/auth/me")).status_code == 200
        assert (await thief.get(f"{V1}/auth/me")).status_code == 401


async def test_an_unknown_name_is_answered_as_a_wrong_password(
    api_url: str, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, no_failures: None
) -> None:
    """The same body, after one check of a password at the same cost, for every name."""
    person, disabled = await account_of(api_url, http, "viewer")
    _, known = await account_of(api_url, http, "viewer")
    await http.patch(f"{V1}/auth/people/{person}", json={"is_disabled": True})
    checked: list[str] = []
    verify = PasswordHasher.verify

    def observed(self: PasswordHasher, hashed: str, password: str) -> bool:
        checked.append(hashed.rpartition("$")[0].rpartition("$")[0])  # the parameters, without salt and hash
        return verify(self, hashed, password)

    monkeypatch.setattr(PasswordHasher, "verify", observed)
    tried = ((disabled, PASSWORD), (known, WRONG), ("nobody", WRONG))
    async with anonymous(api_url) as browser:
        answers = [await log_in(browser, *each) for each in tried]
        assert len({(answer.status_code, answer.text, answer.headers.get("set-cookie")) for answer in answers}) == 1
        assert_problem(answers[0], 401, "The name or the password is wrong")
        assert len(checked) == len(tried)
        assert len(set(checked)) == 1
        for _ in range(failures.FREE - 1):
            await asyncio.gather(*(log_in(browser, *each) for each in tried))
        assert {(await log_in(browser, *each)).status_code for each in tried} == {429}


async def test_after_five_wrong_passwords_the_next_has_to_wait(
    api_url: str, http: httpx2.AsyncClient, store: Store, no_failures: None
) -> None:
    _, login = await account_of(api_url, http, "viewer")
    async with anonymous(api_url) as browser:
        answers = await asyncio.gather(*(log_in(browser, login, WRONG) for _ in range(12)))
        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 7
        refused = await log_in(browser, login)  # the right one has to wait, too
        assert_problem(refused, 429, "Too many wrong passwords")
        assert 25 <= int(refused.headers["retry-after"]) <= 30
        async with store.writing() as connection:
            await connection.exec_driver_sql("UPDATE sign_in_failure SET last_at = last_at - interval '31 seconds'")
        assert (await log_in(browser, login, WRONG)).status_code == 401
        twice = await log_in(browser, login)
        assert 50 <= int(twice.headers["retry-after"]) <= 60
        async with store.writing() as connection:
            await connection.exec_driver_sql("UPDATE sign_in_failure SET last_at = last_at - interval '61 seconds'")
        assert (await log_in(browser, login)).status_code == 200
        assert (await log_in(browser, login, WRONG)).status_code == 401  # counted from one again
        assert (await log_in(browser, login)).status_code == 200


async def test_a_person_changes_the_own_password(api_url: str, http: httpx2.AsyncClient, no_failures: None) -> None:
    _, login = await account_of(api_url, http, "viewer")
    body = {"current": PASSWORD, "password": OTHER}
    async with anonymous(api_url) as browser, anonymous(api_url) as elsewhere:
        await log_in(browser, login)
        await log_in(elsewhere, login)
        assert_problem(await browser.put(f"{V1}/auth/password", json=body | {"current": WRONG}), 403, "is wrong")
        assert (await browser.put(f"{V1}/auth/password", json=body)).status_code == 204
        assert (await browser.get(f"{V1}/auth/me")).status_code == 200
        assert (await elsewhere.get(f"{V1}/auth/me")).status_code == 401
        assert (await log_in(elsewhere, login)).status_code == 401
        assert (await log_in(elsewhere, login, OTHER)).status_code == 200
    assert_problem(await http.put(f"{V1}/auth/password", json=body), 409, "without a password")


async def test_a_disabled_person_is_signed_out_everywhere(api_url: str, http: httpx2.AsyncClient) -> None:
    person, login = await account_of(api_url, http, "viewer")
    async with anonymous(api_url) as browser:
        await log_in(browser, login)
        token = (await browser.post(f"{V1}/auth/tokens", json={"name": "script"})).json()["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        url = api_url.replace("http", "ws") + "/ws"
        async with (
            anonymous(api_url, headers=bearer) as script,
            connect(url, compression=None, proxy=None, additional_headers=bearer) as socket,
        ):
            assert (await script.get(f"{V1}/auth/me")).status_code == 200
            began = time.monotonic()
            disabled = await http.patch(f"{V1}/auth/people/{person}", json={"is_disabled": True})
            assert disabled.json()["is_disabled"] is True
            assert await close_code(socket) == 4401
            assert time.monotonic() - began < 5
            assert (await script.get(f"{V1}/auth/me")).status_code == 401
            assert (await browser.get(f"{V1}/auth/me")).status_code == 401
            assert (await log_in(browser, login)).status_code == 401
            link = (await http.post(f"{V1}/auth/people/{person}/links")).json()
            assert (await browser.post(f"{V1}/auth/sign-in", json={"code": link["code"]})).status_code == 401
            listed = [one["principal_id"] for one in (await get(http, "/auth/people"))["items"]]
            everybody = [one["principal_id"] for one in (await get(http, "/auth/people", with_disabled=True))["items"]]
            assert person not in listed
            assert person in everybody
            enabled = await http.patch(f"{V1}/auth/people/{person}", json={"is_disabled": False, "roles": ["auditor"]})
            assert (enabled.json()["is_disabled"], enabled.json()["roles"]) == (False, ["auditor"])
            assert (await script.get(f"{V1}/auth/me")).status_code == 401  # what has ended stays so
            assert (await log_in(browser, login)).json()["roles"] == ["auditor"]


async def test_a_service_has_no_password(http: httpx2.AsyncClient) -> None:
    added = await http.post(f"{V1}/auth/people", json={"name": "robot", "kind": "service", "roles": ["viewer"]})
    account = {"login": "robot", "password": PASSWORD}
    answer = await http.put(f"{V1}/auth/people/{added.json()['principal_id']}/account", json=account)
    assert_problem(answer, 409, "robot is a service, which signs in with tokens.")


@pytest.mark.parametrize(
    "name", ["An\u200ba", "Ana\u202e", "\u2060", "A\u00adna", "An\u200ca", "\u3164", "Ana\ufeff", "A\nna"]
)
async def test_no_two_names_differ_by_what_nobody_sees(http: httpx2.AsyncClient, name: str) -> None:
    assert_problem(await http.post(f"{V1}/auth/people", json={"name": name}), 422, "name: must not contain U+")
    joined = await http.post(f"{V1}/auth/people", json={"name": "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"})
    assert joined.status_code == 201, joined.text


async def test_a_limited_token_of_an_administrator_signs_nobody_in(api_url: str, http: httpx2.AsyncClient) -> None:
    """It could otherwise do what its owner, or an approver, may do."""
    person, login = await account_of(api_url, http, "admin", "approver")
    async with browser_of(api_url, person) as browser:
        limited = await browser.post(f"{V1}/auth/tokens", json={"name": "admin", "scopes": ["admin"]})
    bearer = {"Authorization": f"Bearer {limited.json()['token']}"}
    async with anonymous(api_url, headers=bearer) as script:
        assert (await script.get(f"{V1}/auth/people")).status_code == 200
        assert_problem(await script.post(f"{V1}/auth/people/{person}/links"), 403, "limited")
        body = {"login": login, "password": OTHER}
        assert_problem(await script.put(f"{V1}/auth/people/{person}/account", json=body), 403, "limited")


async def test_auditors_and_administrators_read_what_happened(
    api_url: str, http: httpx2.AsyncClient, no_failures: None
) -> None:
    person, login = await account_of(api_url, http, "viewer")
    async with anonymous(api_url) as browser:
        await log_in(browser, login, WRONG)
        await log_in(browser, login)
        assert (await browser.get(f"{V1}/auth/events")).status_code == 403
        await http.patch(f"{V1}/auth/people/{person}", json={"roles": ["auditor"]})
        found = await get(browser, "/auth/events", principal_id=person)
        kinds = [event["kind"] for event in found["items"]]
        assert kinds == ["roles_changed", "signed_in", "sign_in_failed", "password_set", "person_added"]
        newest = found["items"][0]
        assert (newest["actor"], newest["name"], newest["data"]) == ("human", "Ana", {"roles": ["auditor"]})
        assert (newest["address"], PASSWORD in str(found), WRONG in str(found)) == ("127.0.0.1", False, False)
        failed = await get(browser, "/auth/events", kind="sign_in_failed", limit=1)
        assert failed["items"][0]["principal_id"] == person
        second = await get(browser, "/auth/events", principal_id=person, limit=2)
        rest = await get(browser, "/auth/events", principal_id=person, cursor=second["next_cursor"])
        assert [event["kind"] for event in (*second["items"], *rest["items"])] == kinds
        limited = (await browser.post(f"{V1}/auth/tokens", json={"name": "x", "scopes": ["run"]})).json()["token"]
        async with anonymous(api_url, headers={"Authorization": f"Bearer {limited}"}) as token:
            assert (await token.get(f"{V1}/auth/events")).status_code == 200  # `read` is always among its scopes


async def test_the_first_administrator_gets_one_link_and_the_last_one_stays(settings: Any, store: Store) -> None:
    alone = settings.model_copy(update={"admin_token": None, "public_url": ["https://botarmy.example"]})
    async with store.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM membership WHERE role = 'admin'")
    with structlog.testing.capture_logs() as logs:
        async with served(alone) as api_url, served(alone) as _:
            links = [await logged_link(logs)]
            async with anonymous(api_url) as browser:
                code = links[0].partition("#code=")[2]
                me = (await browser.post(f"{V1}/auth/sign-in", json={"code": code})).json()
                assert me["roles"] == ["admin", "approver"]
                first = me["principal_id"]
                await set_password(browser, first, "first")
                for change in ({"is_disabled": True}, {"roles": ["approver"]}):
                    answer = await browser.patch(f"{V1}/auth/people/{first}", json=change)
                    assert answer.status_code == 409, answer.text
                    assert answer.json()["code"] == "last_admin"
                people = [await added(browser, "admin") for _ in range(2)]
                everybody = [first, *people]
                answers = await asyncio.gather(
                    *(browser.patch(f"{V1}/auth/people/{one}", json={"roles": []}) for one in everybody)
                )
                codes = [answer.status_code for answer in answers]
                assert codes.count(200) <= 2
                assert set(codes) <= {200, 401, 403, 409}
    found = [entry for entry in logs if entry["event"] == "first_administrator"]
    assert len(found) == 1
    assert links[0].startswith("https://botarmy.example/sign-in#code=bay_")
    async with store.reading() as connection:
        rows = await connection.exec_driver_sql("SELECT FROM membership WHERE role = 'admin' AND project_id IS NULL")
        assert len(rows.all()) >= 1


async def added(browser: httpx2.AsyncClient, *roles: str) -> str:
    answer = await browser.post(f"{V1}/auth/people", json={"name": "Another", "roles": roles})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["principal_id"])


async def logged_link(logs: Any) -> str:
    async with asyncio.timeout(60):
        while True:
            for entry in logs:
                if entry["event"] == "first_administrator":
                    return str(entry["link"])
            await asyncio.sleep(0.05)
