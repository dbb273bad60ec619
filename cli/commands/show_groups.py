"""The implementation of `botarmy groups` and `members`."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from rich.table import Table

from cli.client.http import Client
from cli.commands.show_people import find_person
from cli.errors import UsageError
from cli.views.console import PlainConsole, print_json
from cli.views.printable import plain


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


async def remove(client: Client, group: str) -> int:
    await client.delete(_group(group))
    print(f"{plain(group)} is removed, with its roles in projects.")
    return 0


async def add(client: Client, group: str, person: str) -> int:
    found = await find_person(client, person)
    await client.put(f"{_group(group)}/members/{found['principal_id']}", {})
    print(f"{plain(found['name'])} belongs to {plain(group)}.")
    return 0


async def take(client: Client, group: str, person: str) -> int:
    found = await find_person(client, person)
    await client.delete(f"{_group(group)}/members/{found['principal_id']}")
    print(f"{plain(found['name'])} does not belong to {plain(group)} any more.")
    return 0


async def show_members(client: Client, project: str, *, as_json: bool) -> int:
    members = (await client.get(f"/projects/{project}/members"))["items"]
    groups = (await client.get(f"/projects/{project}/groups"))["items"]
    if as_json:
        print_json({"members": members, "groups": groups})
        return 0
    table = Table("member", "name", "roles", box=None, pad_edge=False)
    for member in members:
        table.add_row(member["principal_id"], plain(member["name"]), ", ".join(member["roles"]))
    for group in groups:
        table.add_row(f"group of {group['members']}", plain(group["name"]), ", ".join(group["roles"]))
    PlainConsole(soft_wrap=True).print(table)
    return 0


async def set_roles(client: Client, project: str, person: str | None, group: str | None, roles: Sequence[str]) -> int:
    changed = await client.put(await _member(client, project, person, group), {"roles": list(roles)})
    print(f"{plain(changed['name'])}: {', '.join(changed['roles'])}")
    return 0


async def take_roles(client: Client, project: str, person: str | None, group: str | None) -> int:
    await client.delete(await _member(client, project, person, group))
    print(f"{plain(person or group or '')} has no role in the project any more.")
    return 0


async def _member(client: Client, project: str, person: str | None, group: str | None) -> str:
    """Return the address of a person or a group in a project."""
    if (person is None) == (group is None):
        raise UsageError("either --person or --group is needed")
    if group is not None:
        return f"/projects/{project}/groups/{quote(group, safe='')}"
    assert person is not None
    return f"/projects/{project}/members/{(await find_person(client, person))['principal_id']}"


def _group(name: str) -> str:
    return f"/auth/groups/{quote(name, safe='')}"
