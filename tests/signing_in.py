"""The one place where the tests sign in.

The API of the tests knows the administrator `human`, by a token that every client sends. Others sign in by name: they
are added on first use, may do everything except configure, and send a token of their own.
"""

from __future__ import annotations

from typing import Any

import httpx2

ADMIN_TOKEN = "bay_the-administrator-of-the-tests-0123456789abcdef"
ADMIN_NAME = "human"
AUTHORIZATION = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
"""The headers of the administrator, for HTTP and for WebSockets."""

ENVIRONMENT = {"BOTARMY_ADMIN_TOKEN": ADMIN_TOKEN, "BOTARMY_ADMIN_NAME": ADMIN_NAME}
"""The settings of an API in a process of its own."""

_people: dict[tuple[str, str], dict[str, str]] = {}


def signed_in(url: str, **options: Any) -> httpx2.AsyncClient:
    """Return a client of the API at this URL, signed in as the administrator."""
    options = {"timeout": 30, "trust_env": False} | options
    headers = AUTHORIZATION | options.pop("headers", {})
    return httpx2.AsyncClient(base_url=url, headers=headers, **options)


async def headers_of(
    http: httpx2.AsyncClient, name: str, roles: tuple[str, ...] = ("operator", "approver")
) -> dict[str, str]:
    """Return the headers of a person, who is added if need be. `http` is signed in as the administrator."""
    key = f"{http.base_url}", name
    if key not in _people:
        added = await http.post("/api/v1/auth/people", json={"name": name, "roles": roles})
        assert added.status_code == 201, added.text
        link = await http.post(f"/api/v1/auth/people/{added.json()['principal_id']}/links")
        assert link.status_code == 201, link.text
        async with httpx2.AsyncClient(base_url=http.base_url, trust_env=False, timeout=30) as browser:
            signed = await browser.post("/api/v1/auth/sign-in", json={"code": link.json()["code"]})
            assert signed.status_code == 200, signed.text
            mark = {"X-BotArmy-Request": "1"}
            token = await browser.post("/api/v1/auth/tokens", json={"name": "tests"}, headers=mark)
        assert token.status_code == 201, token.text
        _people[key] = {"Authorization": f"Bearer {token.json()['token']}"}
    return _people[key]
