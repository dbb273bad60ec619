"""The one place where the tests sign in.

The API of the tests knows the administrator `human` by a token that every client sends. A request whose body names
another person is sent with a token of that person, who is added on first use, and may run and decide everything.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

ADMIN_TOKEN = "bay_the-administrator-of-the-tests-0123456789abcdef"
ADMIN_NAME = "human"
AUTHORIZATION = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
"""The headers of the administrator, for HTTP and for WebSockets."""

ENVIRONMENT = {"BOTARMY_ADMIN_TOKEN": ADMIN_TOKEN, "BOTARMY_ADMIN_NAME": ADMIN_NAME}
"""The settings of an API in a process of its own."""

MARK = {"X-BotArmy-Request": "1"}
"""The header of a change with a cookie."""

NAMES = ("responder", "by", "given_by", "withdrawn_by", "extended_by")
"""The fields of bodies that name a person."""

MAX_NAME = 255


def signed_in(url: str = "", **given: Any) -> httpx2.AsyncClient:
    """Return a client of the API at this URL, signed in as the administrator, or as the person whom a body names."""
    people: dict[tuple[str, str], str] = {}
    adding = asyncio.Lock()  # a hundred people who sign in at once would use up the API's connections

    async def sign(request: httpx2.Request) -> None:
        name = _named_in(request)
        if name is None or request.headers.get("authorization") != AUTHORIZATION["Authorization"]:
            return
        api = str(request.url.copy_with(raw_path=b"/"))
        async with adding:
            if (api, name) not in people:
                people[api, name] = await token_of(api, name)
        request.headers["authorization"] = f"Bearer {people[api, name]}"

    # The API closes a connection after 5 idle seconds, possibly just when a client that waits as long reuses it.
    limits = httpx2.Limits(keepalive_expiry=2)
    hooks = {"request": [sign]}
    options: dict[str, Any] = {"timeout": 30, "trust_env": False, "limits": limits, "event_hooks": hooks} | given
    headers = AUTHORIZATION | options.pop("headers", {})
    return httpx2.AsyncClient(base_url=url, headers=headers, **options)


async def add_person(api: str, name: str, *roles: str) -> str:
    """Add a person with roles in all projects. Return the id."""
    async with httpx2.AsyncClient(base_url=api, trust_env=False, timeout=30, headers=AUTHORIZATION) as admin:
        added = await admin.post("/api/v1/auth/people", json={"name": name, "roles": roles})
    assert added.status_code == 201, added.text
    return str(added.json()["principal_id"])


@asynccontextmanager
async def browser_of(api: str, person: str | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client with the cookie of a person, or of the administrator, as a browser has it."""
    async with httpx2.AsyncClient(base_url=api, trust_env=False, timeout=30, headers=AUTHORIZATION) as admin:
        link = await admin.post(f"/api/v1/auth/people/{person}/links" if person else "/api/v1/auth/links")
    assert link.status_code == 201, link.text
    async with httpx2.AsyncClient(base_url=api, trust_env=False, timeout=30, headers=MARK) as browser:
        signed = await browser.post("/api/v1/auth/sign-in", json={"code": link.json()["code"]})
        assert signed.status_code == 200, signed.text
        yield browser


async def token_of(api: str, name: str, *roles: str) -> str:
    """Add a person, by default one who may run and decide everything. Return a token of theirs."""
    person = await add_person(api, name, *(roles or ("operator", "approver")))
    async with browser_of(api, person) as browser:
        created = await browser.post("/api/v1/auth/tokens", json={"name": "tests"})
    assert created.status_code == 201, created.text
    return str(created.json()["token"])


def _named_in(request: httpx2.Request) -> str | None:
    """Return the person whom the body names, if the API would accept the name."""
    try:
        body = json.loads(request.content)
    except (ValueError, RecursionError, httpx2.RequestNotRead):
        return None
    if not isinstance(body, dict) or body.get("without_asking"):
        return None
    name = next((body[field] for field in NAMES if field in body), None)
    return name if isinstance(name, str) and name.strip() and len(name) <= MAX_NAME and name != ADMIN_NAME else None
