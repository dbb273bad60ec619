"""`botarmy groups`, and `members` with `--group`."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2

from tests.api_client import start
from tests.cli.terminal_under_test import botarmy
from tests.signing_in import add_person


async def test_an_administrator_gives_a_group_roles_in_a_project(
    api_url: str, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    project, ana = await start(http, name="Guest book"), await add_person(api_url, "Ana")
    members = ("members", "set", project)
    steps: tuple[tuple[tuple[str, ...], str], ...] = (
        (("groups", "create", "red team"), "red team\n"),
        (("groups", "add", "red team", "Ana"), "Ana belongs to red team.\n"),
        ((*members, "--group", "red team", "--role", "viewer", "--role", "approver"), "red team: approver, viewer\n"),
        ((*members, "Ana", "--role", "operator"), "Ana: operator\n"),
    )
    for arguments, out in steps:
        result = await botarmy(api_url, *arguments, cwd=tmp_path)
        assert (result.code, result.out) == (0, out), result.err
    listed = (await botarmy(api_url, "members", "list", project, cwd=tmp_path)).out
    for line in (f"{ana}", "operator", "group of 1", "red team", "approver, viewer"):
        assert line in listed, listed
    (group,) = json.loads((await botarmy(api_url, "groups", "list", "--json", cwd=tmp_path)).out)
    assert (group["name"], [each["principal_id"] for each in group["members"]]) == ("red team", [ana])
    assert "red team" in (await botarmy(api_url, "groups", "list", cwd=tmp_path)).out
    for wrong in (tuple[str, ...](), ("Ana", "--group", "red team")):
        result = await botarmy(api_url, "members", "remove", project, *wrong, cwd=tmp_path)
        assert (result.code, "either a person or, with --group, a group" in result.err) == (2, True), result.err
    steps = (
        (("members", "remove", project, "--group", "red team"), "red team has no role in the project any more.\n"),
        (("members", "remove", project, "Ana"), "Ana has no role in the project any more.\n"),
        (("groups", "take", "red team", "Ana"), "Ana does not belong to red team any more.\n"),
        (("groups", "remove", "red team"), "red team is removed, with its roles in projects.\n"),
    )
    for arguments, out in steps:
        result = await botarmy(api_url, *arguments, cwd=tmp_path)
        assert (result.code, result.out) == (0, out), result.err
    assert json.loads((await botarmy(api_url, "groups", "list", "--json", cwd=tmp_path)).out) == []
    assert (await botarmy(api_url, "groups", "remove", "red team", cwd=tmp_path)).code != 0
