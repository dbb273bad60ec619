"""`botarmy groups`, and `members` with `--group`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx2

from cli.commands.members import ProjectRole
from models.contracts.identity import PROJECT_ROLES
from tests.api_client import start
from tests.cli.terminal_under_test import botarmy, on_a_terminal
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
        (("groups", "delete", "red team", "--yes"), "red team is deleted, with its roles in projects.\n"),
    )
    for arguments, out in steps:
        result = await botarmy(api_url, *arguments, cwd=tmp_path)
        assert (result.code, result.out) == (0, out), result.err
    assert json.loads((await botarmy(api_url, "groups", "list", "--json", cwd=tmp_path)).out) == []
    again = await botarmy(api_url, "groups", "delete", "red team", "--yes", cwd=tmp_path)
    assert (again.code, "there is no group 'red team'" in again.err) == (2, True), again


async def test_a_group_is_deleted_only_by_who_says_yes(api_url: str, tmp_path: Path) -> None:
    await botarmy(api_url, "groups", "create", "blue team", cwd=tmp_path)
    silent = await botarmy(api_url, "groups", "delete", "blue team", cwd=tmp_path)
    assert (silent.code, silent.out, "--yes" in silent.err) == (2, "", True), silent
    assert (await botarmy(api_url, "groups", "remove", "blue team", cwd=tmp_path)).code == 2
    for answer, code, groups in (("n", 1, ["blue team"]), ("y", 0, [])):
        async with on_a_terminal(api_url, "groups", "delete", "blue team", cwd=tmp_path) as terminal:
            await terminal.sees("Delete the group blue team (0 members), with its roles in projects?")
            await terminal.answers("no > ", answer)
            assert await terminal.ended() == code
        listed = json.loads((await botarmy(api_url, "groups", "list", "--json", cwd=tmp_path)).out)
        assert [group["name"] for group in listed] == groups


async def test_what_is_refused_is_said_in_words(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    project = await start(http, name="Refuses")
    await add_person(api_url, "Bea")
    await botarmy(api_url, "groups", "create", "green team", cwd=tmp_path)
    roles = "'king' is not one of 'viewer', 'operator', 'approver', 'admin'"
    no_group = "there is no group 'grey team'; `botarmy groups list` shows all"
    steps: tuple[tuple[tuple[str, ...], str], ...] = (
        (("groups", "create", ""), "botarmy: name: must not be empty\n"),
        (("groups", "delete", "", "--yes"), "botarmy: there is no group ''; "),
        (("groups", "take", "green team", "Bea"), "botarmy: Bea does not belong to green team; "),
        (("groups", "take", "grey team", "Bea"), no_group),
        (("groups", "add", "grey team", "Bea"), no_group),
        (("members", "set", project, "--group", "", "--role", "viewer"), "--group needs the name of a group"),
        (("members", "set", project, "Bea", "--role", "king"), roles),
        (("members", "set", project, "Bea", "--role", "auditor"), "'auditor' is not one of"),
        (("people", "add", "", "--role", "viewer"), "botarmy: name: must not be empty\n"),
        (("people", "roles", "Bea", "--role", "king"), roles),
        (("token", "create", "x", "--scope", "everything"), "is not one of 'read', 'run', 'decide', 'admin'"),
        (("token", "create", "", "--scope", "read"), "botarmy: name: must not be empty\n"),
        (("token", "create", "x", "--expires-in", "soon"), "expires_in: should be a duration, such as 30m, 4h or 2d"),
        (("projects", "--sort", "size"), "sort: should be "),
        (("audit", "--kind", "gossip"), "kind: should be "),
        (("edit", "Refuses", "--name", ""), "name: must not be empty"),
        (("watch", "0123abcd"), "give its id, the beginning of its id, or its name"),
        (("respond", "0123abcd", "approve"), "give its id or the beginning of its id\n"),
    )
    for arguments, words in steps:
        result = await botarmy(api_url, *arguments, cwd=tmp_path)
        said = " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.err).split())
        assert (result.code, " ".join(words.split()) in said) == (2, True), (arguments, result.err)
        assert not re.search("Input|String|[0-9a-f]{8}-", result.err), result.err
    assert list(map(str, ProjectRole)) == list(map(str, PROJECT_ROLES))
