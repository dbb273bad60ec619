"""A session ends after 8 hours without use: what an open page requests by itself does not count."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest
from websockets.asyncio.client import connect

from store.transaction import Store
from tests.api.realtime.relay_server import close_code
from tests.api_client import V1
from tests.signing_in import add_person, browser_of
from tests.waiting import PATIENCE_SECONDS, eventually

PAGE, PERSON = {"X-BotArmy-Request": "page"}, {"X-BotArmy-Request": "person"}
LONG_AGO = timedelta(hours=7, minutes=50)
NEARLY_IDLE = timedelta(hours=7, minutes=59, seconds=55)


async def set_unused_for(store: Store, person: str, time: timedelta) -> None:
    async with store.writing() as connection:
        await connection.exec_driver_sql(
            f"UPDATE session SET last_seen_at = clock_timestamp() - interval '{time}' WHERE principal_id = '{person}'"
        )


async def is_recent(store: Store, person: str) -> bool:
    async with store.reading() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT last_seen_at > clock_timestamp() - interval '10 minutes' AS is_recent FROM session "
            f"WHERE principal_id = '{person}'"
        )
        return bool(rows.scalar_one())


async def test_an_open_page_that_nobody_uses_is_signed_out(api_url: str, store: Store) -> None:
    """Its socket is checked every 2 seconds, and it reads lists by itself."""
    person = await add_person(api_url, "Away", "viewer")
    async with browser_of(api_url, person) as browser:
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
        url = api_url.replace("http", "ws") + "/ws"
        async with connect(url, compression=None, proxy=None, additional_headers=cookie, origin=api_url) as socket:  # type: ignore[arg-type]
            await set_unused_for(store, person, NEARLY_IDLE)

            async def refresh_until_signed_out() -> None:
                while (await browser.get(f"{V1}/stops/", headers=PAGE)).status_code == 200:
                    await asyncio.sleep(0.1)

            async with asyncio.timeout(PATIENCE_SECONDS):
                await refresh_until_signed_out()
                assert await close_code(socket) == 4401
        assert (await browser.get(f"{V1}/auth/me", headers=PERSON)).status_code == 401  # it cannot be brought back


@pytest.mark.parametrize(
    ("method", "path", "headers", "is_use"),
    [
        ("GET", "/auth/me", PERSON, True),
        ("GET", "/auth/me", {"Sec-Fetch-User": "?1", "Sec-Fetch-Mode": "navigate"}, True),
        ("POST", "/auth/tickets", PAGE, True),
        ("GET", "/auth/me", PAGE, False),
        ("GET", "/auth/me", {"X-BotArmy-Request": "1"}, False),
    ],
)
async def test_what_a_person_asks_for_is_use(
    api_url: str, store: Store, method: str, path: str, headers: Mapping[str, str], is_use: bool
) -> None:
    person = await add_person(api_url, "Here", "viewer")
    async with browser_of(api_url, person) as browser:
        await set_unused_for(store, person, LONG_AGO)
        # The API then knows the session, and asks the database no more for 2 seconds.
        await asyncio.gather(*(browser.get(f"{V1}/stops/", headers=PAGE) for _ in range(3)))
        assert not await is_recent(store, person)
        assert (await browser.request(method, f"{V1}{path}", headers=headers)).status_code in (200, 201)
        assert await is_recent(store, person) is is_use


async def test_a_socket_that_is_opened_again_is_no_use_of_a_session(api_url: str, store: Store) -> None:
    person = await add_person(api_url, "Reconnecting", "viewer")
    async with browser_of(api_url, person) as browser:
        await set_unused_for(store, person, LONG_AGO)
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
        url = api_url.replace("http", "ws") + "/ws"
        async with connect(url, compression=None, proxy=None, additional_headers=cookie, origin=api_url) as socket:  # type: ignore[arg-type]
            await socket.send('{"action": "ping"}')
            await socket.recv()
        assert not await is_recent(store, person)


async def test_the_use_of_a_token_is_recorded_by_its_socket_too(api_url: str, store: Store) -> None:
    """A token has no idle limit, and one that is in use should not look unused."""
    person = await add_person(api_url, "Script", "viewer")
    async with browser_of(api_url, person) as browser:
        token = (await browser.post(f"{V1}/auth/tokens", json={"name": "follows"})).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    url = api_url.replace("http", "ws") + "/ws"
    query = f"SELECT last_used_at IS NOT NULL AS is_used FROM api_token WHERE principal_id = '{person}'"

    async def is_used() -> bool:
        async with store.reading() as connection:
            return bool((await connection.exec_driver_sql(query)).scalar_one())

    async with connect(url, compression=None, proxy=None, additional_headers=bearer):
        async with store.writing() as connection:
            await connection.exec_driver_sql(
                f"UPDATE api_token SET last_used_at = NULL WHERE principal_id = '{person}'"
            )
        await eventually(is_used)
