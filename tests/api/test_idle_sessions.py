"""A session is used by its person, and not by a page that is merely open."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from config.settings import Settings
from store.transaction import Store
from tests.api.realtime.relay_server import close_code, receive
from tests.api_client import V1
from tests.serving import served
from tests.signing_in import add_person, browser_of
from tests.waiting import eventually

BACKGROUND = {"X-BotArmy-Request": "background"}


def socket_of(api_url: str, browser: httpx2.AsyncClient) -> connect:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    options: dict[str, Any] = {"origin": api_url, "additional_headers": {"Cookie": cookie}}
    return connect(api_url.replace("http", "ws") + "/ws", compression=None, proxy=None, **options)


async def set_idle(store: Store, person: str, interval: str) -> None:
    async with store.writing() as connection:
        change = f"UPDATE session SET last_seen_at = clock_timestamp() - interval '{interval}'"
        await connection.exec_driver_sql(f"{change} WHERE principal_id = '{person}'")


async def idle_hours(store: Store, person: str) -> float:
    query = "SELECT extract(epoch FROM clock_timestamp() - last_seen_at) / 3600 AS hours FROM session"
    async with store.reading() as connection:
        rows = await connection.exec_driver_sql(f"{query} WHERE principal_id = '{person}'")
    return float(rows.one().hours)


async def test_an_open_page_does_not_keep_its_session_alive(api_url: str, store: Store) -> None:
    person = await add_person(api_url, "Gone home", "viewer")
    async with browser_of(api_url, person) as browser, socket_of(api_url, browser) as socket:
        await ping(socket)
        await set_idle(store, person, "7 hours 59 minutes 57 seconds")

        async def is_signed_out() -> bool:
            answer = await browser.get(f"{V1}/auth/me", headers=BACKGROUND)
            return answer.status_code == 401

        await eventually(is_signed_out)
        assert await close_code(socket) == 4401
        async with socket_of(api_url, browser) as again:
            assert await close_code(again) == 4401


async def test_what_a_person_asks_for_counts_also_right_after_the_page(
    api_url: str, settings: Settings, store: Store
) -> None:
    person = await add_person(api_url, "At the desk", "viewer")
    async with browser_of(api_url, person) as browser, served(settings) as fresh:
        (cookie,) = browser.cookies.values()
        headers = {"Cookie": f"botarmy_session_{fresh.rpartition(':')[2]}={cookie}"}
        await set_idle(store, person, "7 hours")
        async with httpx2.AsyncClient(base_url=fresh, trust_env=False, timeout=30, headers=headers) as same:
            assert (await same.get(f"{V1}/auth/me", headers=BACKGROUND)).status_code == 200
            assert await idle_hours(store, person) > 6.9
            assert (await same.get(f"{V1}/auth/me")).status_code == 200  # remembered since then, without a query
            assert await idle_hours(store, person) < 0.1


async def ping(socket: ClientConnection) -> None:
    await socket.send(json.dumps({"action": "ping"}))
    assert (await receive(socket))["event_type"] == "pong"
