"""The implementation of `botarmy members`."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from cli.client.http import Client, Json
from cli.client.ids import PROJECT, find_id
from cli.commands.show_people import find_person, pick_person
from cli.errors import UsageError
from cli.views.console import PlainConsole, print_json
from cli.views.printable import plain


async def show(client: Client, project: str, *, as_json: bool) -> int:
    members = await _members(client, await find_id(client, project, PROJECT))
    if as_json:
        print_json(members)
        return 0
    table = Table("person", "name", "roles", box=None, pad_edge=False)
    for member in members:
        table.add_row(member["principal_id"], plain(member["name"]), ", ".join(member["roles"]))
    PlainConsole(soft_wrap=True).print(table)
    return 0


async def change(client: Client, project: str, person: str, roles: Sequence[str]) -> int:
    project_id = await find_id(client, project, PROJECT)
    # A member can be found without the permission to list everybody.
    found = pick_person(await _members(client, project_id), person) or await find_person(client, person)
    path = f"/projects/{project_id}/members/{found['principal_id']}"
    changed = await client.put(path, {"roles": list(roles)})
    print(f"{plain(changed['name'])}: {', '.join(changed['roles'])}")
    return 0


async def remove(client: Client, project: str, person: str) -> int:
    project_id = await find_id(client, project, PROJECT)
    found = pick_person(await _members(client, project_id), person)
    if found is None:
        raise UsageError(f"{person} is not a member; `botarmy members list` shows all")
    await client.delete(f"/projects/{project_id}/members/{found['principal_id']}")
    print(f"{plain(found['name'])} is no longer a member.")
    return 0


async def _members(client: Client, project_id: str) -> list[Json]:
    members: list[Json] = (await client.get(f"/projects/{project_id}/members"))["items"]
    return members
