"""The implementation of `botarmy people` and `audit`."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from datetime import datetime

from rich.table import Table

from cli.client.http import Client, Json
from cli.errors import UsageError
from cli.views.console import PlainConsole, print_json
from cli.views.namesakes import names_of
from cli.views.printable import plain

LISTED = 5
"""Candidates that a message names."""


async def show_people(client: Client, *, as_json: bool) -> int:
    people = (await client.get("/auth/people", with_disabled=True))["items"]
    if as_json:
        print_json(people)
        return 0
    table = Table("person", "name", "signs in as", "roles", box=None, pad_edge=False)
    for person in people:
        roles = "disabled" if person["is_disabled"] else ", ".join(person["roles"])
        login = person["login"] or ("" if person["kind"] == "person" else person["kind"])
        table.add_row(person["principal_id"], plain(person["name"]), plain(login), roles)
    PlainConsole(soft_wrap=True).print(table)
    return 0


async def add(client: Client, name: str, login: str | None, roles: Sequence[str], kind: str) -> int:
    password = _read_password() if login else None  # before anything is written
    account = {"account": {"login": login, "password": password}} if login else {}
    _, person = await client.post("/auth/people", {"name": name, "roles": list(roles), "kind": kind} | account)
    print(person["principal_id"])
    return 0


async def change_password(client: Client, person: str, login: str | None) -> int:
    found = await find_person(client, person)
    if not (login or found["login"]):
        raise UsageError(f"{person} signs in without a password so far; --login is needed")
    body = {"login": login or found["login"], "password": _read_password()}
    changed = await client.put(f"/auth/people/{found['principal_id']}/account", body)
    print(f"{plain(changed['name'])} signs in as {plain(changed['login'])}.")
    return 0


async def change(client: Client, person: str, body: Json) -> int:
    found = await find_person(client, person)
    _, changed = await client.patch(f"/auth/people/{found['principal_id']}", body)
    roles = ", ".join(changed["roles"]) or "no role in all projects"
    print(f"{plain(changed['name'])}: {'disabled' if changed['is_disabled'] else roles}")
    return 0


async def show_audit(client: Client, kind: str | None, limit: int, *, as_json: bool) -> int:
    events: list[Json] = []
    async for event in client.items("/auth/events", kind=kind, limit=min(limit, 200)):
        events.append(event)
        if len(events) == limit:
            break
    if as_json:
        print_json(events)
        return 0
    table = Table("time", "what", "by", "about", "address", "", box=None, pad_edge=False)
    name_of = names_of((event["actor"], event.get("actor_id")) for event in events)
    for event in events:
        at = f"{datetime.fromisoformat(event['created_at']).astimezone():%Y-%m-%d %H:%M:%S}"
        data = ", ".join(f"{name} {value}" for name, value in event["data"].items())
        what = event["kind"].replace("_", " ")
        about = event["name"] or ""
        table.add_row(
            at,
            what,
            plain(name_of(event["actor"], event.get("actor_id"))),
            plain(about),
            event["address"] or "",
            plain(data),
        )
    PlainConsole(soft_wrap=True).print(table)
    return 0


async def find_person(client: Client, person: str) -> Json:
    """Return the person with this login, this id, or this name if only one has it, or whose id alone begins so."""
    found = pick_person((await client.get("/auth/people", with_disabled=True))["items"], person)
    if found is None:
        raise UsageError(f"there is no person {person}; `botarmy people list` shows all")
    return found


def pick_person(people: Sequence[Json], person: str) -> Json | None:
    """Return the one of these people that is meant, or None. Raises UsageError if several may be."""
    for field in ("login", "principal_id", "name"):
        found = [one for one in people if one.get(field) == person]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(f"several people are called {person}; `botarmy people list` shows their ids")
    digits = person.lower().replace("-", "")
    begun = [one for one in people if digits and one["principal_id"].replace("-", "").startswith(digits)]
    if len(begun) <= 1:
        return begun[0] if begun else None
    listed = "; ".join(f"{one['principal_id']} ({plain(one['name'])})" for one in begun[:LISTED])
    more = " and more" if len(begun) > LISTED else ""
    raise UsageError(f"{person!r} is ambiguous. It may be {listed}{more}")


def _read_password() -> str:
    """Return a password that is typed twice, or the line that is piped."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise UsageError("the two passwords differ")
    return password
