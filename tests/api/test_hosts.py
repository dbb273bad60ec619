"""The API answers under its own names only: no page whose name is made to resolve to it gets in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from api_under_test import V1
from pydantic import ValidationError
from serving import served

from api.middleware.hosts import HostError, Hosts, host_of
from config.settings import Settings

PUBLIC = "https://botarmy.example"

OURS = [
    "localhost",
    "LocalHost:8000",
    "localhost:9999",
    "localhost.",
    "localhost.:443",
    "localhost:",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.8.8.8:8000",
    "[::1]",
    "[::1]:8000",
    "[0:0:0:0:0:0:0:1]:8000",
    "[::ffff:127.0.0.1]:8000",
    "botarmy.example",
    "botarmy.example:443",
    "BotArmy.Example.:443",
    "botarmy.example:8443",
]
STRANGERS = [
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "evil-localhost",
    "evil.localhost",
    "127.0.0.1.evil.example",
    "botarmy.example.evil.example",
    "xbotarmy.example",
    "example",
    "10.0.0.1:8000",
    "192.168.0.1",
    "0.0.0.0:8000",
    "[::]:8000",
    "[fe80::1]",
    "2130706433",
    "0x7f.1",
    "127.1",
]
NO_HOSTS = [
    "",
    ".",
    "localhost:http",
    "localhost:99999",
    "localhost:80:80",
    "localhost, evil.example",
    "user@localhost",
    "http://localhost",
    "localhost/",
    "[localhost]",
    "[::1",
    "::1",
    "loc alhost",
    "l\xf6calhost",
]


@pytest_asyncio.fixture(scope="module")
async def url() -> AsyncIterator[str]:
    """An API with a public URL and no server behind it."""
    async with served(Settings(_env_file=None, public_url=[PUBLIC], respond_wait_seconds=0)) as url:
        yield url


async def ask(url: str, request: str) -> tuple[int, str]:
    """The status and the body of the answer to a request as it stands; the connection is then closed."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(request.replace("\n", "\r\n").encode("latin-1"))
        async with asyncio.timeout(30):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = next((line.split(":")[1] for line in head.split("\r\n") if line.startswith("content-length")), "0")
            body = await reader.readexactly(int(length))
        return int(head.split(" ", 2)[1]), body.decode()
    finally:
        writer.transport.abort()


async def get(url: str, *fields: str, path: str = "/health/", version: str = "1.1") -> tuple[int, str]:
    return await ask(url, "\n".join([f"GET {path} HTTP/{version}", *fields, "", ""]))


async def shake(url: str, *fields: str, path: str = "/ws") -> tuple[int, str]:
    upgrade = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    return await get(url, *fields, *upgrade, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", path=path)


async def test_hosts_that_are_ours_are_answered_and_others_are_not(url: str) -> None:
    seen = {}
    for expected, hosts in ((200, OURS), (421, STRANGERS), (400, NO_HOSTS)):
        for host in hosts:
            status, body = await get(url, f"Host: {host}")
            shaken, _ = await shake(url, f"Host: {host}")
            if (status, shaken) != (expected, 101 if expected == 200 else expected):
                seen[host] = status, shaken, body
    assert seen == {}


async def test_whatever_is_asked_for_strangers_get_a_problem(url: str) -> None:
    for path in ("/", "/web/js/main.js", f"{V1}/pipelines/", "/openapi.json", "/docs", "/nowhere"):
        status, body = await get(url, "Host: evil.example:8000", path=path)
        problem = json.loads(body)
        assert (status, problem["status"], problem["title"]) == (421, 421, "Misdirected Request"), path
        assert "evil.example:8000" in problem["detail"]
        assert "BOTARMY_PUBLIC_URL" in problem["detail"]
    assert (await get(url, f"Host: {'x' * 5000}.example"))[0] == 421


async def test_a_request_names_one_host(url: str) -> None:
    ours = "Host: localhost"
    assert (await get(url))[0] == 400
    assert (await get(url, version="1.0"))[0] == 400
    assert (await get(url, ours, version="1.0"))[0] == 200
    assert (await get(url, ours, ours))[0] == 400
    assert (await get(url, ours, "Host: evil.example"))[0] == 400
    assert (await get(url, "Host: evil.example", ours))[0] == 400
    assert (await shake(url, ours, ours))[0] == 400
    assert (await get(url, "Host: evil.example", version="1.0"))[0] == 421


async def test_a_target_with_a_host_is_looked_at_as_well(url: str) -> None:
    ours = "Host: localhost"
    for target, expected in (
        ("http://localhost/health/", 200),
        ("http://127.0.0.1:8000/health/", 200),
        ("HTTPS://botarmy.example/health/", 200),
        ("http://evil.example/health/", 421),
        ("http://user@localhost/health/", 400),
    ):
        assert (await get(url, ours, path=target))[0] == expected, target
    assert (await get(url, "Host: evil.example", path="http://localhost/health/"))[0] == 421
    assert (await shake(url, ours, path="http://evil.example/ws"))[0] != 101


async def test_no_header_of_a_proxy_makes_a_stranger_ours(url: str) -> None:
    for field in (
        "X-Forwarded-Host: localhost",
        "Forwarded: host=localhost",
        "X-Host: localhost",
        "X-Original-Host: localhost",
    ):
        assert (await get(url, "Host: evil.example", field))[0] == 421
        assert (await get(url, "Host: localhost", field.replace("localhost", "evil.example")))[0] == 200


async def test_pages_are_known_by_our_names_not_by_the_host_that_they_ask(url: str) -> None:
    """A page that has made its name ours says so twice, in Host and in Origin."""
    here = urlsplit(url).netloc
    for origin, host, expected in (
        ("http://evil.example", "evil.example", 421),
        ("http://evil.example", here, 403),
        (f"http://{here}", here, 415),
        (f"http://{here.upper()}", here, 415),
        ("http://localhost:1", here, 403),
        (PUBLIC, here, 415),
        (PUBLIC, "botarmy.example:443", 415),
        (f"{PUBLIC}:443", "botarmy.example", 415),
        (PUBLIC, "botarmy.example", 415),
        ("http://botarmy.example", "botarmy.example:443", 403),
        ("https://botarmy.example:8443", "botarmy.example", 403),
        ("null", here, 403),
        ("file://", here, 403),
    ):
        fields = (f"Host: {host}", f"Origin: {origin}", "Content-Type: text/plain", "Content-Length: 2")
        posted = (await ask(url, "\n".join([f"POST {V1}/projects/ HTTP/1.1", *fields, "", "{}"])))[0]
        shaken = (await shake(url, f"Host: {host}", f"Origin: {origin}"))[0]
        assert (posted, shaken) == (expected, 101 if expected == 415 else expected), (origin, host)


def test_an_address_is_ours_where_the_request_came_in_on_it() -> None:
    """No stranger can give it another meaning; a container's health check may call it by its own address."""
    hosts = Hosts.of(Settings(_env_file=None, host="0.0.0.0"))
    assert hosts.answers("172.18.0.5:8000", "172.18.0.5")
    assert hosts.answers("[fd00::5]:8000", "fd00::5")
    assert hosts.answers("172.18.0.5:8000", "::ffff:172.18.0.5")
    assert not hosts.answers("172.18.0.6:8000", "172.18.0.5")
    assert not hosts.answers("0.0.0.0:8000", "0.0.0.0")
    assert not hosts.answers("api:8000", "172.18.0.5")
    assert not hosts.answers("172.18.0.5", None)
    assert not hosts.answers("172.18.0.5", "/run/api.sock")


def test_where_the_api_listens_is_ours() -> None:
    for listening, host in (("10.1.2.3", "10.1.2.3"), ("fd00::5", "[fd00::5]:80"), ("box.lan", "BOX.lan:8000")):
        assert Hosts.of(Settings(_env_file=None, host=listening)).answers(host, None)
    for listening in ("", "::", "0.0.0.0", "/run/api.sock"):
        assert not Hosts.of(Settings(_env_file=None, host=listening)).answers("evil.example", None)


def test_a_public_url_is_a_url() -> None:
    several = Settings(_env_file=None, public_url=f"{PUBLIC}, http://api:8000/,")
    assert [Hosts.of(several).answers(one, None) for one in ("api", "botarmy.example", "evil")] == [True, True, False]
    for wrong in ("botarmy.example", "ftp://botarmy.example", "https://", "https://a b", "https://u:p@botarmy.example"):
        with pytest.raises(ValidationError, match="should be URLs"):
            Settings(_env_file=None, public_url=wrong)


def test_hosts_are_read_in_their_usual_spelling() -> None:
    assert host_of("EXAMPLE.org.:8080") == ("example.org", 8080)
    assert host_of("[0:0::1]") == ("::1", None)
    assert host_of("localhost:") == ("localhost", None)
    with pytest.raises(HostError):
        host_of("..:80:80")
