"""The implementation of `botarmy groups`."""

from __future__ import annotations

from urllib.parse import quote

from rich.table import Table

from cli.client.http import Client, Json
from cli.commands.confirmation import confirm, require_terminal
from cli.commands.show_people import find_person
from cli.errors import FAILED, ApiError, CommandError, UsageError
from cli.views.console import PlainConsole, print_json
from cli.views.printable import plain
from config.sizes import format_count

NOT_FOUND = 404


async def show_groups(client: Client, *, as_json: bool) -> int:
    groups = (await client.get("/auth/groups"))["items"]
    if as_json:
        print_json(groups)
        return 0
    table = Table("group", "person", "name", "from", box=None, pad_edge=False)
    for group in groups:
        for place, member in enumerate(group["members"] or [None]):
            name = plain(group["name"]) if place == 0 else ""
            if member is None:
                table.add_row(name, "", "nobody", "")
            else:
                table.add_row(name, member["principal_id"], plain(member["name"]), plain(", ".join(member["sources"])))
    PlainConsole(soft_wrap=True).print(table)
    return 0


async def create(client: Client, group: str) -> int:
    _, created = await client.post("/auth/groups", {"name": group})
    print(plain(created["name"]))
    return 0


async def delete(client: Client, group: str, *, ask: bool) -> int:
    """Delete a group, and first ask whether to. Without a terminal, nothing is deleted unless `ask` is false."""
    if ask:
        require_terminal("delete the group")
        members = format_count(len((await _find(client, group))["members"]), "member")
        if not await confirm(f"Delete the group {group} ({members}), with its roles in projects?"):
            return FAILED
    try:
        await client.delete("/auth/groups", name=group)
    except ApiError as error:
        raise _unknown(group) if error.status == NOT_FOUND else error from None
    print(f"{plain(group)} is deleted, with its roles in projects.")
    return 0


async def add(client: Client, group: str, person: str) -> int:
    await _find(client, group)
    found = await find_person(client, person)
    await client.put(f"{_path(group)}/members/{found['principal_id']}", {})
    print(f"{plain(found['name'])} belongs to {plain(group)}.")
    return 0


async def take(client: Client, group: str, person: str) -> int:
    members = (await _find(client, group))["members"]
    found = await find_person(client, person)
    sources = [source for one in members if one["principal_id"] == found["principal_id"] for source in one["sources"]]
    if not sources:
        raise UsageError(f"{found['name']} does not belong to {group}; `botarmy groups list` shows who does")
    try:
        await client.delete(f"{_path(group)}/members/{found['principal_id']}")
    except ApiError as error:
        if error.status != NOT_FOUND:
            raise
        raise CommandError(f"only {' and '.join(sources)} can take {found['name']} out of {group}") from None
    print(f"{plain(found['name'])} does not belong to {plain(group)} any more.")
    return 0


async def _find(client: Client, name: str) -> Json:
    """Return the group of this name.

    Raises:
        UsageError: there is none.
    """
    groups: list[Json] = (await client.get("/auth/groups"))["items"]
    for group in groups:
        if group["name"] == name.strip():
            return group
    raise _unknown(name)


def _unknown(name: str) -> UsageError:
    return UsageError(f"there is no group {name!r}; `botarmy groups list` shows all")


def _path(name: str) -> str:
    if not name.strip():
        raise UsageError("a group has a name")
    return f"/auth/groups/{quote(name, safe='')}"
