"""A neighbour behind the same address floods the API: little is looked up, and nobody who is genuine is barred."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from config.settings import Settings
from store.identity import credentials, sessions
from tests.api_client import V1, assert_problem
from tests.identity_provider import CLIENT_ID, identity_provider
from tests.serving import served
from tests.signing_in import AUTHORIZATION, MARK, add_person, browser_of, signed_in, token_of

LIMIT, FLOOD = 5, 20
PASSWORD = "correct horse battery staple"


@pytest.fixture
def lookups(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is looked up of tokens, cookies, links and tickets."""
    seen: list[Any] = []
    for module, name in ((credentials, "find"), (sessions, "owner_of"), (sessions, "use_code")):
        original = getattr(module, name)

        async def counted(*arguments: Any, _original: Any = original) -> Any:
            seen.append(arguments[-1])
            return await _original(*arguments)

        monkeypatch.setattr(module, name, counted)
    return seen


def limited(settings: Settings, with_redis: bool = True, **changes: Any) -> Settings:
    """Settings with a count of their own, or with a Redis that is unavailable."""
    prefix = f"flood-{settings.channel_prefix}-{'-'.join(changes)}"
    given = changes | ({"channel_prefix": prefix} if with_redis else {"redis_url": "redis://127.0.0.1:1/0"})
    return settings.model_copy(update=given)


def client_of(url: str, **headers: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30, headers=headers)


@pytest.mark.parametrize("with_redis", [True, False])
async def test_bad_tokens_are_not_looked_up_for_long_and_bar_nobody_who_is_known(
    settings: Settings, lookups: list[Any], with_redis: bool
) -> None:
    strict = limited(settings, with_redis, unknown_credentials_per_minute=LIMIT, sign_ins_per_minute=LIMIT)
    async with served(strict) as url, client_of(url) as flooder:
        token = await token_of(url, "Honest", "viewer")
        async with browser_of(url) as browser, client_of(url, Authorization=f"Bearer {token}") as honest:
            lookups.clear()
            guesses = [
                await flooder.get(f"{V1}/auth/me", headers={"Authorization": f"Bearer bay_{number}"})
                for number in range(FLOOD)
            ]
            assert [answer.status_code for answer in guesses] == [401] * LIMIT + [429] * (FLOOD - LIMIT)
            assert len(lookups) == LIMIT
            assert 1 <= int(guesses[-1].headers["retry-after"]) <= 60
            codes = [
                await flooder.post(f"{V1}/auth/sign-in", json={"code": f"bay_{number}"}) for number in range(FLOOD)
            ]
            assert [answer.status_code for answer in codes] == [401] * LIMIT + [429] * (FLOOD - LIMIT)
            assert len(lookups) == 2 * LIMIT
            # A person who is signed in is not barred, and a link that this process created still signs in.
            assert (await browser.get(f"{V1}/auth/me")).status_code == 200
            assert (await honest.get(f"{V1}/auth/me")).status_code == 200
            async with browser_of(url) as another:
                assert (await another.get(f"{V1}/auth/me")).status_code == 200


async def test_each_way_to_sign_in_is_counted_by_itself(settings: Settings) -> None:
    async with identity_provider() as provider:
        strict = limited(
            settings,
            requests_per_minute=LIMIT,
            sign_ins_per_minute=LIMIT,
            oidc_issuer=provider.issuer,
            oidc_client_id=CLIENT_ID,
        )
        async with served(settings) as free, signed_in(free) as admin:
            person = await add_person(free, "Pat", "viewer")
            account = {"login": "pat", "password": PASSWORD}
            assert (await admin.put(f"{V1}/auth/people/{person}/account", json=account)).status_code == 200
            code = (await admin.post(f"{V1}/auth/links")).json()["code"]  # of another process
        async with served(strict) as url, client_of(url, **MARK) as flooder:
            anonymous = [await flooder.get(f"{V1}/auth/me") for _ in range(FLOOD)]
            assert anonymous[-1].status_code == 429
            begun = [await flooder.get("/auth/oidc") for _ in range(FLOOD)]
            assert "problem=too_many" in begun[-1].headers["location"]
            back = [await flooder.get(f"/auth/callback?state={number}&code=x") for number in range(FLOOD)]
            assert "problem=too_many" in back[-1].headers["location"]
            state = parse_qs(urlsplit(begun[0].headers["location"]).query)["state"][0]
            back = [await flooder.get(f"/auth/callback?state={state}&code=x") for _ in range(2)]
            assert "problem=too_many" in back[-1].headers["location"]  # a state is known once
            async with client_of(url, **MARK) as browser:
                assert (await browser.get(f"{V1}/auth/methods")).status_code == 200
                assert (await browser.post(f"{V1}/auth/sign-in", json={"code": code})).status_code == 200
            async with client_of(url, **MARK) as browser:
                assert (await browser.post(f"{V1}/auth/login", json=account)).status_code == 200


async def test_health_is_limited_and_tells_nobody_versions_or_reasons(settings: Settings) -> None:
    strict = limited(settings, requests_per_minute=LIMIT, temporal_ui_url="http://temporal.internal:8233")
    async with served(strict) as url, client_of(url) as probe, client_of(url, **AUTHORIZATION) as operator:
        for path, status in (("/health/detailed", 200), ("/health/ready", 503)):
            answer = await probe.get(path)
            assert (answer.status_code, answer.json()["version"]) == (status, "")
            assert answer.json()["links"]["temporal_ui"] is None
            components = answer.json()["components"]
            assert {one["status"] for one in components.values()} == {"ok", "down"}  # there is no worker
            assert {(one["version"], one["detail"]) for one in components.values()} == {(None, None)}
        full = (await operator.get("/health/detailed")).json()
        assert full["version"]
        assert full["components"]["database"]["version"]
        assert full["components"]["worker"]["detail"]
        for _ in range(LIMIT):
            answer = await probe.get("/health/detailed")
        assert_problem(answer, 429, "Too many requests")
        assert (await probe.get("/health/")).status_code == 200
        assert (await operator.get("/health/detailed")).status_code == 200
