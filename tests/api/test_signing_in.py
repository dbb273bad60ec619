"""Links, sessions, tokens and tickets; what a page of another site cannot do; and what ends with a revocation."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect

from store.transaction import Store
from tests.api.realtime.relay_server import close_code, receive
from tests.api_client import BRIEF, UNKNOWN_ID, V1, assert_problem, decide, get, response_to, start, wait_for_request
from tests.serving import served
from tests.signing_in import ADMIN_TOKEN, MARK, add_person, browser_of, signed_in, token_of

REVOKED_SECONDS = 5.0


def as_bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def anonymous(api_url: str, **options: Any) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=api_url, trust_env=False, timeout=30, **options)


async def rows(store: Store, query: str) -> list[Any]:
    async with store.reading() as connection:
        return list(await connection.exec_driver_sql(query))


async def test_nobody_reads_or_changes_anything(api_url: str) -> None:
    async with anonymous(api_url) as client:
        for answer in (
            await client.get(f"{V1}/projects/"),
            await client.post(f"{V1}/projects/", json={"name": "x", "description": BRIEF}),
            await client.get(f"{V1}/projects/", headers=as_bearer("bay_wrong")),
            await client.get(f"{V1}/projects/", headers={"Authorization": "Basic aHVtYW46aHVtYW4="}),
        ):
            assert_problem(answer, 401, "botarmy open")
            assert answer.headers["www-authenticate"] == "Bearer"
        assert (await client.get("/health/")).status_code == 200
        assert (await client.get("/")).status_code == 200


async def test_a_link_is_good_once_and_sets_a_cookie_that_scripts_cannot_read(api_url: str, store: Store) -> None:
    async with signed_in(api_url) as admin, anonymous(api_url) as browser:
        link = (await admin.post(f"{V1}/auth/links")).json()
        first = await browser.post(f"{V1}/auth/sign-in", json={"code": link["code"]})
        again = await browser.post(f"{V1}/auth/sign-in", json={"code": link["code"]})
        assert (first.status_code, again.status_code) == (200, 401)
        assert first.json()["name"] == "human"
        cookie = first.headers["set-cookie"]
        port = api_url.rpartition(":")[2]
        assert cookie.startswith(f"botarmy_session_{port}=bay_")
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert (await browser.get(f"{V1}/auth/me")).json()["method"] == "session"
    secret = cookie.partition("=")[2].partition(";")[0]
    hashes = {bytes(row.token_hash) for row in await rows(store, "SELECT token_hash FROM session")}
    assert hashlib.sha256(secret.encode()).digest() in hashes
    kinds = [row.kind for row in await rows(store, "SELECT kind FROM auth_event ORDER BY id")]
    assert kinds[-3:] == ["link_created", "signed_in", "sign_in_failed"]


async def test_an_old_link_signs_nobody_in(api_url: str, store: Store) -> None:
    async with signed_in(api_url) as admin, anonymous(api_url) as browser:
        code = (await admin.post(f"{V1}/auth/links")).json()["code"]
        async with store.writing() as connection:
            await connection.exec_driver_sql("UPDATE one_time_code SET expires_at = clock_timestamp()")
        assert_problem(await browser.post(f"{V1}/auth/sign-in", json={"code": code}), 401, "expired")


async def test_under_tls_the_cookie_belongs_to_the_host(api_url: str, settings: Any) -> None:
    public = settings.model_copy(update={"public_url": ["https://botarmy.example"]})
    host = {"Host": "botarmy.example"}
    async with served(public) as url, signed_in(url) as admin, anonymous(url, headers=host) as browser:
        code = (await admin.post(f"{V1}/auth/links")).json()["code"]
        answer = await browser.post(f"{V1}/auth/sign-in", json={"code": code})
    assert answer.headers["set-cookie"].startswith("__Host-botarmy_session=")
    assert "Secure" in answer.headers["set-cookie"]


async def test_a_page_of_another_site_changes_nothing_with_the_cookie(api_url: str) -> None:
    body = {"name": "x", "description": BRIEF}
    async with browser_of(api_url) as browser:
        browser.headers.pop("X-BotArmy-Request")
        assert (await browser.get(f"{V1}/projects/")).status_code == 200
        assert_problem(await browser.post(f"{V1}/projects/", json=body), 403, "x-botarmy-request")
        sites = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil.example"})
        for foreign in sites:
            assert (await browser.post(f"{V1}/projects/", json=body, headers=MARK | foreign)).status_code == 403
        assert (await browser.post(f"{V1}/projects/", json=body, headers=MARK)).status_code == 201
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    url = api_url.replace("http", "ws") + "/ws"
    async with connect(url, compression=None, proxy=None, additional_headers=cookie) as socket:
        assert await close_code(socket) == 4401  # without an Origin
    async with connect(url, compression=None, proxy=None, additional_headers=cookie, origin=api_url) as socket:  # type: ignore[arg-type]
        await socket.send(json.dumps({"action": "ping"}))
        assert (await receive(socket))["event_type"] == "pong"


async def test_decisions_carry_the_name_of_who_is_signed_in(http: httpx2.AsyncClient, worker: None) -> None:
    request = await wait_for_request(http, await start(http))
    forged = {"Authorization": f"Bearer  {ADMIN_TOKEN}"}  # not the header that the client of the tests replaces
    body = await response_to(http, request["request_id"], "approve", responder="Eve")
    answer = await http.post(f"{V1}/hitl/{request['request_id']}/respond", json=body, headers=forged)
    assert answer.status_code == 200, answer.text
    (decision,) = (await get(http, f"/hitl/{request['request_id']}"))["history"]
    assert decision["responder"] == "human"
    second = await wait_for_request(http, request["project_id"], "plan")
    await decide(http, second, "approve", responder="Ada")  # the client of the tests signs in as Ada
    (decision,) = (await get(http, f"/hitl/{second['request_id']}"))["history"]
    assert decision["responder"] == "Ada"


async def test_what_a_person_brings_carries_the_name_of_who_is_signed_in(
    http: httpx2.AsyncClient, api_url: str
) -> None:
    async with anonymous(api_url, headers=as_bearer(await token_of(api_url, "Ada"))) as ada:
        project_id = await start(ada, source={"content": '{"files": {"a.py": "A = 1\\n"}}'})
        added = {"type": "user_input", "name": "notes", "content": "Be brief."}
        assert (await ada.post(f"{V1}/projects/{project_id}/artifacts", json=added)).status_code == 201
    found = (await get(http, f"/projects/{project_id}/artifacts"))["items"]
    brought = {one["name"]: one["author"] for one in found if not one["by_agent"]}
    assert brought == {"brief": "Ada", "source_code": "Ada", "notes": "Ada"}
    log = (await get(http, f"/projects/{project_id}/events"))["items"]
    assert "Ada" in {one["data"]["author"] for one in log if one["event_type"] == "artifact_created"}


async def test_a_token_is_limited_to_its_scopes_and_its_project(http: httpx2.AsyncClient, api_url: str) -> None:
    one, other = await start(http), await start(http)
    created = await http.post(f"{V1}/auth/tokens", json={"name": "reader", "scopes": ["read"], "project_id": one})
    assert created.status_code == 201, created.text
    async with anonymous(api_url, headers=as_bearer(created.json()["token"])) as reader:
        assert (await reader.get(f"{V1}/projects/{one}")).status_code == 200
        assert (await reader.get(f"{V1}/projects/{other}")).status_code == 404
        assert (await reader.post(f"{V1}/projects/{one}/cancel")).status_code == 403
        assert [each["id"] for each in (await get(reader, "/projects/"))["items"]] == [one]
        assert (await reader.post(f"{V1}/auth/links")).status_code == 403
        me = await get(reader, "/auth/me")
        assert (me["permissions"], me["project_permissions"]) == ([], {one: ["read"]})
        more = await reader.post(f"{V1}/auth/tokens", json={"name": "more"})
        assert more.status_code == 403, more.text
    (listed,) = [each for each in (await get(http, "/auth/tokens"))["items"] if each["name"] == "reader"]
    assert "token" not in listed
    assert listed["last_used_at"]


@pytest.mark.parametrize("with_redis", [True, False])
async def test_a_revocation_closes_sockets_and_refuses_requests(settings: Any, with_redis: bool) -> None:
    changes = {} if with_redis else {"redis_url": "redis://127.0.0.1:1/0"}
    async with served(settings.model_copy(update=changes)) as api_url, signed_in(api_url) as admin:
        token = await token_of(api_url, "Revoked")
        url = api_url.replace("http", "ws") + "/ws"
        async with (
            anonymous(api_url, headers=as_bearer(token)) as client,
            connect(url, compression=None, proxy=None, additional_headers=as_bearer(token)) as by_token,
        ):
            ticket = (await client.post(f"{V1}/auth/tickets")).json()["ticket"]
            protocols: Any = ["botarmy", f"ticket.{ticket}"]
            made = as_bearer((await client.post(f"{V1}/auth/tokens", json={"name": "made with it"})).json()["token"])
            async with (
                connect(url, compression=None, proxy=None, subprotocols=protocols) as by_ticket,
                connect(url, compression=None, proxy=None, additional_headers=made) as by_made,
            ):
                assert by_ticket.subprotocol == "botarmy"
                async with connect(url, compression=None, proxy=None, subprotocols=protocols) as again:
                    assert await close_code(again) == 4401
                began = time.monotonic()
                assert (await client.post(f"{V1}/auth/sign-out")).status_code == 204
                sockets = (by_token, by_ticket, by_made)
                assert set(await asyncio.gather(*map(close_code, sockets))) == {4401}
                assert time.monotonic() - began < REVOKED_SECONDS
            assert_problem(await client.get(f"{V1}/projects/"), 401, "not valid")
        assert_problem(await admin.post(f"{V1}/auth/sign-out"), 409, "settings")


async def test_ones_sessions_are_listed_and_ended(api_url: str) -> None:
    person = await add_person(api_url, "Two browsers", "viewer")
    async with browser_of(api_url, person) as first, browser_of(api_url, person) as second:
        listed = (await get(first, "/auth/sessions"))["items"]
        assert [each["is_current"] for each in listed] == [False, True]
        other = listed[0]["session_id"]
        assert (await first.delete(f"{V1}/auth/sessions/{other}")).status_code == 204
        assert (await second.get(f"{V1}/auth/me")).status_code == 401
        assert_problem(await first.delete(f"{V1}/auth/sessions/{other}"), 404, "session")
        assert_problem(await first.delete(f"{V1}/auth/sessions/{UNKNOWN_ID}"), 404, "session")
        assert (await first.post(f"{V1}/auth/sign-out")).status_code == 204
        assert (await first.get(f"{V1}/auth/me")).status_code == 401


async def test_idle_and_expired_credentials_are_refused(api_url: str, store: Store) -> None:
    person = await add_person(api_url, "Idle", "viewer")
    for change in (
        "last_seen_at = clock_timestamp() - interval '9 hours'",
        "expires_at = clock_timestamp()",
        "ended_at = clock_timestamp()",
    ):
        async with browser_of(api_url, person) as browser:
            async with store.writing() as connection:
                await connection.exec_driver_sql(f"UPDATE session SET {change} WHERE principal_id = '{person}'")
            assert (await browser.get(f"{V1}/auth/me")).status_code == 401


async def test_an_empty_authorization_does_not_hide_a_cookie(api_url: str) -> None:
    async with browser_of(api_url, await add_person(api_url, "Forged", "viewer")) as browser:
        headers = {"Authorization": "", "Sec-Fetch-Site": "cross-site"}
        assert (await browser.post(f"{V1}/auth/tickets", headers=headers)).status_code == 403


async def test_without_sign_in_everybody_is_known_by_what_they_say(settings: Any) -> None:
    async with served(settings.model_copy(update={"auth": "none"})) as url, anonymous(url) as client:
        me = (await client.get(f"{V1}/auth/me")).json()
        assert (me["method"], me["principal_id"], me["is_exposed"]) == ("none", None, False)
        stop = await client.post(f"{V1}/stops/", json={"scope": "all", "reason": "?", "by": "Ada"})
        assert stop.json()["stopped_by"] == "Ada"
        release = f"{V1}/stops/{stop.json()['stop_id']}/release"
        assert (await client.post(release, json={"reason": "?"})).status_code == 200
        assert_problem(await client.post(f"{V1}/auth/tokens", json={"name": "x"}), 409, "BOTARMY_AUTH")
    reached = settings.model_copy(update={"auth": "none", "host": "0.0.0.0"})
    async with served(reached) as url, anonymous(url) as client:
        assert (await client.get(f"{V1}/auth/me")).json()["is_exposed"] is True
