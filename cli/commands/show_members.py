"""The implementation of `botarmy members`. Project ids are whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

from rich.table import Table

from cli.client.http import Client, Json
from cli.commands.show_people import find_person, pick_person
from cli.errors import UsageError
from cli.views.console import PlainConsole, print_json
from cli.views.printable import plain


async def show(client: Client, project: str, *, as_json: bool) -> int:
    members = await _members(client, project)
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
    path, _ = await _find(client, project, person, group, find_person)
    changed = await client.put(path, {"roles": list(roles)})
    print(f"{plain(changed['name'])}: {', '.join(changed['roles'])}")
    return 0


async def take_roles(client: Client, project: str, person: str | None, group: str | None) -> int:
    path, name = await _find(client, project, person, group, _refuse)
    await client.delete(path)
    print(f"{plain(name)} has no role in the project any more.")
    return 0


async def _find(
    client: Client,
    project: str,
    person: str | None,
    group: str | None,
    find: Callable[[Client, str], Awaitable[Json]],
) -> tuple[str, str]:
    """Return the address of a group or a person in a project, and the name. `find` finds one who is not a member."""
    if group is not None and person is None:
        if not group.strip():
            raise UsageError("--group needs the name of a group")
        return f"/projects/{project}/groups/{quote(group, safe='')}", group
    if person is None or group is not None:
        raise UsageError("name either a person or, with --group, a group")
    # A member can be found without the permission to list everybody.
    found = pick_person(await _members(client, project), person) or await find(client, person)
    return f"/projects/{project}/members/{found['principal_id']}", found["name"]


async def _refuse(client: Client, person: str) -> Json:
    raise UsageError(f"{person} is not a member; `botarmy members list` shows all")


async def _members(client: Client, project: str) -> list[Json]:
    members: list[Json] = (await client.get(f"/projects/{project}/members"))["items"]
    return members
