"""Signing in at the identity provider of the tests, step by step."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from config.settings import Settings
from tests.api_client import V1
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET
from tests.signing_in import MARK

ROLES = [("botarmy-admins", "admin"), ("staff", "viewer")]


def with_provider(settings: Settings, issuer: str, **changes: Any) -> Settings:
    given = {"oidc_issuer": issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
    return settings.model_copy(update=given | {"oidc_roles": ROLES} | changes)


def a_browser(api_url: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=api_url, trust_env=False, timeout=30, headers=MARK)


async def to_provider(browser: httpx2.AsyncClient, destination: str = "/inbox") -> str:
    """Begin to sign in. Return the address at the provider."""
    answer = await browser.get("/auth/oidc", params={"next": destination})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def from_provider(address: str) -> str:
    """Return where the provider sends the browser back to."""
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
        answer = await client.get(address)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def sign_in(browser: httpx2.AsyncClient, destination: str = "/inbox") -> str:
    """Sign in. Return where the browser is sent to."""
    callback = await from_provider(await to_provider(browser, destination))
    answer = await browser.get(callback)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def problem_in(location: str) -> str:
    parts = urlsplit(location)
    assert (parts.path, parts.netloc) == ("/sign-in", ""), location
    return parse_qs(parts.query)["problem"][0]


async def me(browser: httpx2.AsyncClient) -> httpx2.Response:
    return await browser.get(f"{V1}/auth/me")
