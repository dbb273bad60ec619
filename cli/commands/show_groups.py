"""The implementation of `botarmy groups`."""

from __future__ import annotations

from urllib.parse import quote

from rich.table import Table

from cli.client.http import Client
from cli.commands.show_people import find_person
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
    await client.delete("/auth/groups", name=group)
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


def _group(name: str) -> str:
    return f"/auth/groups/{quote(name, safe='')}"
