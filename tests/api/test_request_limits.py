"""Too many requests of one person, or of one address, are refused for the rest of the minute, by all API processes."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from api.auth.addresses import network_of
from config.settings import Settings
from tests.api_client import V1, assert_problem
from tests.serving import served
from tests.signing_in import AUTHORIZATION, MARK, browser_of, token_of

LIMIT = 20


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def client_of(url: str, **headers: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30, headers=headers)


@pytest.mark.parametrize("with_redis", [True, False])
async def test_a_person_has_one_limit_over_all_processes(settings: Settings, with_redis: bool) -> None:
    changes: dict[str, Any] = {"requests_per_minute": LIMIT, "channel_prefix": f"limits-{settings.channel_prefix}"}
    if not with_redis:
        changes["redis_url"] = "redis://127.0.0.1:1/0"
    # The people are added through an API without limits.
    async with served(settings) as free:
        token, other = await token_of(free, "Busy", "viewer"), await token_of(free, "Calm", "viewer")
    limited = settings.model_copy(update=changes)
    async with served(limited) as first, served(limited) as second:
        statuses = []
        async with client_of(first, **bearer(token)) as one, client_of(second, **bearer(token)) as two:
            for client in (one, two) * LIMIT:
                answer = await client.get(f"{V1}/auth/me")
                statuses.append(answer.status_code)
        accepted = LIMIT if with_redis else 2 * LIMIT
        assert statuses.count(200) == accepted
        if with_redis:
            assert_problem(answer, 429, "Too many requests")
            assert answer.json()["code"] == "too_many_requests"
            assert 1 <= int(answer.headers["retry-after"]) <= 60
        async with client_of(first, **bearer(other)) as calm, client_of(first, **AUTHORIZATION) as operator:
            assert (await calm.get(f"{V1}/auth/me")).status_code == 200
            assert {(await operator.get(f"{V1}/auth/me")).status_code for _ in range(2 * LIMIT)} == {200}
        async with client_of(first) as nobody:
            guesses = [(await nobody.get(f"{V1}/auth/me")).status_code for _ in range(LIMIT + 1)]
            assert guesses == [401] * LIMIT + [429]


async def test_an_address_has_a_lower_limit_to_sign_in(settings: Settings) -> None:
    strict = settings.model_copy(update={"sign_ins_per_minute": 3, "channel_prefix": f"in-{settings.channel_prefix}"})
    async with served(strict) as url, client_of(url, **MARK) as browser:
        tried = [
            await browser.post(f"{V1}/auth/login", json={"login": f"guess {number}", "password": "x"})
            for number in range(4)
        ]
        assert [answer.status_code for answer in tried] == [401, 401, 401, 429]
        assert int(tried[-1].headers["retry-after"]) >= 1
        # Wrong codes count by themselves, and right ones do not: nobody guesses one.
        codes = [await browser.post(f"{V1}/auth/sign-in", json={"code": f"bay_{number}"}) for number in range(4)]
        assert [answer.status_code for answer in codes] == [401, 401, 401, 429]
        async with browser_of(url) as other:
            assert (await other.get(f"{V1}/auth/me")).status_code == 200


def test_an_address_is_what_a_household_gets() -> None:
    assert network_of("203.0.113.7") == "203.0.113.7"
    assert network_of("::ffff:203.0.113.7") == "203.0.113.7"
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::"
    assert network_of("2001:db8:1:3::1") != "2001:db8:1:2::"
    assert network_of(None) == ""


@pytest.mark.parametrize("with_redis", [True, False])
async def test_a_person_creates_a_limited_number_of_tokens_and_links_in_an_hour(
    settings: Settings, with_redis: bool
) -> None:
    """Each leaves entries in the audit log, also if it is revoked at once."""
    changes: dict[str, Any] = {"credentials_per_hour": 4, "channel_prefix": f"made-{settings.channel_prefix}"}
    if not with_redis:
        changes["redis_url"] = "redis://127.0.0.1:1/0"
    async with served(settings) as free, served(settings.model_copy(update=changes)) as url:
        busy, calm = await token_of(free, "Busy", "admin"), await token_of(free, "Calm", "viewer")
        async with client_of(url, **bearer(busy)) as client, client_of(url, **bearer(calm)) as other:
            person = (await other.get(f"{V1}/auth/me")).json()["principal_id"]
            for _ in range(2):
                made = (await client.post(f"{V1}/auth/tokens", json={"name": "short-lived"})).json()
                assert (await client.delete(f"{V1}/auth/tokens/{made['token_id']}")).status_code == 204
            assert (await client.post(f"{V1}/auth/links")).status_code == 201
            assert (await client.post(f"{V1}/auth/people/{person}/links")).status_code == 201
            for path, body in (("tokens", {"name": "one more"}), ("links", None), (f"people/{person}/links", None)):
                answer = await client.post(f"{V1}/auth/{path}", json=body)
                assert_problem(answer, 429, "Too many requests")
                assert 60 < int(answer.headers["retry-after"]) <= 3600
            assert (await client.get(f"{V1}/auth/tokens")).status_code == 200
            assert (await other.post(f"{V1}/auth/links")).status_code == 201
        async with client_of(url, **AUTHORIZATION) as operator:
            assert {(await operator.post(f"{V1}/auth/links")).status_code for _ in range(6)} == {201}
