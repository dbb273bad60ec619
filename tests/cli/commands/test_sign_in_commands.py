"""`login`, `logout`, `whoami`, `token` and `open`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import httpx2

from tests.cli.terminal_under_test import botarmy
from tests.signing_in import token_of

NO_TOKEN = {"BOTARMY_TOKEN": ""}


async def test_a_token_is_saved_used_and_forgotten(api_url: str, tmp_path: Path) -> None:
    env = NO_TOKEN | {"XDG_CONFIG_HOME": str(tmp_path)}
    refused = await botarmy(api_url, "whoami", cwd=tmp_path, env=env)
    assert (refused.code, "botarmy login" in refused.err) == (1, True)
    wrong = await botarmy(api_url, "login", cwd=tmp_path, env=env, stdin=b"bay_wrong\n")
    assert wrong.code == 1
    token = await token_of(api_url, "Ada", "viewer")
    saved = await botarmy(api_url, "login", cwd=tmp_path, env=env, stdin=f"{token}\n".encode())
    assert (saved.code, "as Ada" in saved.out) == (0, True), saved.err
    file = tmp_path / "botarmy" / "logins.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text()) == {api_url: token}
    shown = await botarmy(api_url, "whoami", "--json", cwd=tmp_path, env=env)
    assert (json.loads(shown.out)["name"], json.loads(shown.out)["roles"]) == ("Ada", ["viewer"])
    left = await botarmy(api_url, "logout", cwd=tmp_path, env=env)
    assert left.code == 0, left.err
    assert json.loads(file.read_text()) == {}
    async with httpx2.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {token}"}) as client:
        assert (await client.get(f"{api_url}/api/v1/auth/me")).status_code == 401


async def test_tokens_are_created_listed_and_revoked(api_url: str, tmp_path: Path) -> None:
    created = await botarmy(api_url, "token", "create", "nightly", "--scope", "read", cwd=tmp_path)
    token = created.out.strip()
    assert token.startswith("bay_"), created.err
    listed = await botarmy(api_url, "token", "list", "--json", cwd=tmp_path)
    (found,) = [each for each in json.loads(listed.out) if each["name"] == "nightly"]
    assert (found["scopes"], token in listed.out) == (["read"], False)
    assert (await botarmy(api_url, "projects", cwd=tmp_path, env={"BOTARMY_TOKEN": token})).code == 0
    revoked = await botarmy(api_url, "token", "revoke", found["token_id"], cwd=tmp_path)
    assert revoked.code == 0, revoked.err
    assert (await botarmy(api_url, "projects", cwd=tmp_path, env={"BOTARMY_TOKEN": token})).code == 1


async def test_open_prints_a_link_that_signs_in_once(api_url: str, tmp_path: Path) -> None:
    printed = await botarmy(api_url, "open", "--print", cwd=tmp_path)
    link = printed.out.strip()
    assert link.startswith(f"{api_url}/sign-in#code=bay_"), printed.err
    async with httpx2.AsyncClient(base_url=api_url, trust_env=False) as client:
        body = {"code": link.partition("code=")[2]}
        answers = [await client.post("/api/v1/auth/sign-in", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]
