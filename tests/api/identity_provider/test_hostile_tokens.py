"""Which tokens of an identity provider sign a person in, and which do not."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import RSAKey

from config.settings import Settings
from tests.api.identity_provider.provider_sign_in import a_browser, me, problem_in, sign_in
from tests.identity_provider import CLIENT_ID, IdentityProvider
from tests.serving import served


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "none"},
        {"algorithm": "HS256"},
        {"claims": {"aud": "another client"}},
        {"claims": {"aud": [CLIENT_ID, "another client"]}},
        {"claims": {"azp": "another client"}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"sub": ""}},
        {"claims": {"sub": 1}},
        {"claims": {"sub": "x" * 256}},
        {"claims": {"exp": 1}},
        {"claims": {"exp": "tomorrow"}},
        {"clock": 600.0},
        {"clock": -600.0},
        {"answer": {"iss": "https://evil.example"}},
        {"metadata": {"authorization_response_iss_parameter_supported": True}, "is_new": True},
        {"userinfo": {"sub": "somebody else", "groups": ["botarmy-admins"]}},
        {"key": RSAKey.generate_key(2048, {"kid": "unknown"}), "published": [RSAKey.generate_key(2048, auto_kid=True)]},
    ],
    ids=lambda change: str({name: value for name, value in change.items() if name not in ("key", "published")}),
)
async def test_a_token_that_is_not_for_this_sign_in_is_refused(
    api_url: str, settings: Settings, provider: IdentityProvider, change: dict[str, Any]
) -> None:
    change = dict(change)
    claims = provider.claims | change.pop("claims", {})
    is_new = change.pop("is_new", False)
    provider.__dict__.update(change | {"claims": claims})
    async with served(settings) as fresh, a_browser(fresh if is_new else api_url) as browser:
        assert problem_in(await sign_in(browser)) == "invalid"
        assert (await me(browser)).status_code == 401


@pytest.mark.parametrize("clock", [-60.0, 60.0])
async def test_a_clock_may_be_a_minute_off(api_url: str, provider: IdentityProvider, clock: float) -> None:
    provider.clock = clock
    provider.answer = {"iss": provider.issuer}
    async with a_browser(api_url) as browser:
        assert await sign_in(browser) == "/inbox"


async def test_new_keys_are_read_when_a_token_names_one(api_url: str, provider: IdentityProvider) -> None:
    async with a_browser(api_url) as browser:
        await sign_in(browser)
        provider.key = RSAKey.generate_key(2048, auto_kid=True)
        assert await sign_in(browser) == "/inbox"
