"""`botarmy people` and `members`."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2

from tests.api_client import start
from tests.cli.terminal_under_test import Result, botarmy
from tests.signing_in import MARK

PASSWORD = "correct horse battery staple"
SHORT = "Choose a password of 12 characters or more."


async def test_an_administrator_adds_people_and_disables_them(api_url: str, tmp_path: Path) -> None:
    added = await botarmy(
        api_url,
        *("people", "add", "Ana", "--login", "ana", "--role", "viewer"),
        cwd=tmp_path,
        stdin=f"{PASSWORD}\n".encode(),
    )
    assert added.code == 0, added.err
    assert (await sign_in(api_url, PASSWORD)).json()["roles"] == ["viewer"]

    for login, typed, why in (("ana", PASSWORD, "Another person signs in as ana."), ("bob", "short", SHORT)):
        failed = await botarmy(
            api_url, "people", "add", "Ana", "--login", login, cwd=tmp_path, stdin=f"{typed}\n".encode()
        )
        assert (failed.code != 0, why in failed.err) == (True, True), failed.err
    everybody = json.loads((await botarmy(api_url, "people", "list", "--json", cwd=tmp_path)).out)
    assert [person["login"] for person in everybody if person["name"] == "Ana"] == ["ana"]

    changed = await botarmy(api_url, "people", "roles", "ana", "--role", "auditor", cwd=tmp_path)
    assert (changed.code, changed.out) == (0, "Ana: auditor\n"), changed.err
    other = f"{PASSWORD} two"
    password = await botarmy(api_url, "people", "password", "Ana", cwd=tmp_path, stdin=f"{other}\n".encode())
    assert (password.code, password.out) == (0, "Ana signs in as ana.\n"), password.err
    assert (await sign_in(api_url, other)).status_code == 200

    for command, state in (
        ("disable", "Ana: disabled\n"),
        ("enable", "Ana: auditor\n"),
        ("disable", "Ana: disabled\n"),
    ):
        result = await botarmy(api_url, "people", command, added.out.strip(), cwd=tmp_path)
        assert (result.code, result.out) == (0, state), result.err
    assert (await sign_in(api_url, other)).status_code == 401
    listed = await botarmy(api_url, "people", "list", "--json", cwd=tmp_path)
    (ana,) = [person for person in json.loads(listed.out) if person["name"] == "Ana"]
    assert (ana["login"], ana["is_disabled"]) == ("ana", True)
    assert "disabled" in (await botarmy(api_url, "people", "list", cwd=tmp_path)).out
    audited = await botarmy(api_url, "audit", "--kind", "person_disabled", "--limit", "1", "--json", cwd=tmp_path)
    assert [event["name"] for event in json.loads(audited.out)] == ["Ana"], audited.err
    assert "person disabled" in (await botarmy(api_url, "audit", cwd=tmp_path)).out
    whole = added.out.strip()
    beginning = await botarmy(api_url, "people", "enable", whole[:-4].upper(), cwd=tmp_path)
    assert (beginning.code, beginning.out) == (0, "Ana: auditor\n"), beginning.err
    await botarmy(api_url, "people", "add", "Bea", cwd=tmp_path)
    ambiguous = await botarmy(api_url, "people", "disable", whole[:4], cwd=tmp_path)
    assert ambiguous.code == 2
    assert f"is ambiguous. It may be {whole} (Ana); " in ambiguous.err
    assert "(Bea)" in ambiguous.err
    unknown = await botarmy(api_url, "people", "disable", "Nobody", cwd=tmp_path)
    assert (unknown.code, "there is no person Nobody" in unknown.err) == (2, True)


async def test_members_are_listed_changed_and_removed(api_url: str, http: httpx2.AsyncClient, tmp_path: Path) -> None:
    project = await start(http, name="Has members")
    person = (await botarmy(api_url, "people", "add", "Cleo", cwd=tmp_path)).out.strip()

    async def members(*arguments: str) -> Result:
        return await botarmy(api_url, "members", *arguments, cwd=tmp_path)

    added = await members("set", project[:-4], person[:-2], "--role", "operator", "--role", "viewer")
    assert (added.code, added.out) == (0, "Cleo: operator, viewer\n"), added.err
    (listed,) = json.loads((await members("list", "Has members", "--json")).out)["members"]
    assert (listed["principal_id"], listed["roles"]) == (person, ["operator", "viewer"])
    assert "Cleo" in (await members("list", project)).out
    removed = await members("remove", project, person[:-2])
    assert (removed.code, removed.out) == (0, "Cleo has no role in the project any more.\n"), removed.err
    again = await members("remove", project, "Cleo")
    assert (again.code, "Cleo is not a member" in again.err) == (2, True)


async def sign_in(api_url: str, password: str) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=api_url, trust_env=False, headers=MARK, timeout=30) as browser:
        return await browser.post("/api/v1/auth/login", json={"login": "ana", "password": password})
