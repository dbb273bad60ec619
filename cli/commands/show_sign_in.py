"""The implementation of the commands that sign in."""

from __future__ import annotations

import getpass
import json
import sys
import webbrowser
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.table import Table

from cli.client import logins
from cli.client.address import Address
from cli.client.http import Client
from cli.client.ids import find_id
from cli.commands.sign_in_link import create_link
from cli.errors import ApiError, UsageError
from cli.views.console import PlainConsole
from cli.views.printable import plain


async def open_link(client: Client, *, show: bool) -> int:
    link = await create_link(client)
    if show or not webbrowser.open(link):
        print(link)
    return 0


async def save_login(client: Client) -> int:
    """Check a token and save it for this API."""
    url = client.address()
    given = getpass.getpass(f"Token for {url}: ") if sys.stdin.isatty() else sys.stdin.readline()
    token = given.strip()
    if not token:
        raise UsageError("no token was given; `botarmy token create` prints one")
    async with Client(Address(url, token=token)) as other:
        me = await other.get("/auth/me")
    logins.save(url, token)
    print(f"Signed in at {url} as {me['name']}. The token is in {logins.file()}.")
    return 0


async def forget_login(client: Client) -> int:
    url = client.address()
    token = logins.find(url)
    if token is None:
        print(f"Not signed in at {url} by `botarmy login`.")
        return 0
    try:
        async with Client(Address(url, token=token)) as other:
            await other.post_nothing("/auth/sign-out")
    except ApiError as error:  # it has expired, or was revoked
        print(f"The token was not revoked: {error}", file=sys.stderr)
    logins.save(url, None)
    print(f"Signed out at {url}.")
    return 0


async def show_me(client: Client, *, as_json: bool) -> int:
    me = await client.get("/auth/me")
    if as_json:
        print(json.dumps(me, indent=2))
        return 0
    roles = ", ".join(me["roles"]) or "no role in all projects"
    print(f"{me['name']} at {client.address()}: {roles}")
    for project_id, held in me["projects"].items():
        print(f"  in project {project_id}: {', '.join(held)}")
    return 0


async def print_new_token(
    client: Client, name: str, scopes: Sequence[str] | None, project: str | None, expires_in: str
) -> int:
    body: dict[str, Any] = {"name": name, "expires_in": expires_in}
    if scopes:
        body["scopes"] = scopes
    if project is not None:
        body["project_id"] = await find_id(client, project, "project")
    _, token = await client.post("/auth/tokens", body)
    print(token["token"])
    return 0


async def show_tokens(client: Client, *, as_json: bool) -> int:
    page = await client.get("/auth/tokens")
    if as_json:
        print(json.dumps(page["items"], indent=2))
        return 0
    table = Table("token", "name", "scopes", "expires", "last used", box=None, pad_edge=False)
    for token in page["items"]:
        used = _day(token["last_used_at"]) if token["last_used_at"] else "never"
        scopes = ", ".join(token["scopes"])
        table.add_row(token["token_id"], plain(token["name"]), scopes, _day(token["expires_at"]), used)
    PlainConsole(soft_wrap=True).print(table)
    return 0


async def revoke(client: Client, token_id: str) -> int:
    await client.delete(f"/auth/tokens/{token_id}")
    print("Revoked.")
    return 0


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d}"
