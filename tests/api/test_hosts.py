"""The API accepts requests for its own hosts only, so DNS rebinding does not work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from pydantic import ValidationError

from api.middleware.hosts import Hosts
from config.hosts import HostError, host_of
from config.settings import Settings
from tests.api_client import V1
from tests.serving import served

PUBLIC = "https://botarmy.example"

ACCEPTED = [
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
FOREIGN = [
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
INVALID = [
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
    """An API with a public URL and no servers behind it."""
    async with served(Settings(_env_file=None, public_url=[PUBLIC], respond_wait_seconds=0, auth="none")) as url:
        yield url


async def send_raw(url: str, request: str) -> tuple[int, str]:
    """Send a request as it is, close the connection, and return the status and the body of the response."""
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
    return await send_raw(url, "\n".join([f"GET {path} HTTP/{version}", *fields, "", ""]))


async def handshake(url: str, *fields: str, path: str = "/ws") -> tuple[int, str]:
    upgrade = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    return await get(url, *fields, *upgrade, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", path=path)


async def test_own_hosts_are_accepted_and_others_are_refused(url: str) -> None:
    seen = {}
    for expected, hosts in ((200, ACCEPTED), (421, FOREIGN), (400, INVALID)):
        for host in hosts:
            status, body = await get(url, f"Host: {host}")
            upgraded, _ = await handshake(url, f"Host: {host}")
            if (status, upgraded) != (expected, 101 if expected == 200 else expected):
                seen[host] = status, upgraded, body
    assert seen == {}


async def test_foreign_hosts_get_a_problem_on_every_path(url: str) -> None:
    for path in ("/", "/web/js/main.js", f"{V1}/pipelines/", "/openapi.json", "/docs", "/nowhere"):
        status, body = await get(url, "Host: evil.example:8000", path=path)
        problem = json.loads(body)
        assert (status, problem["status"], problem["title"]) == (421, 421, "Misdirected Request"), path
        assert "evil.example:8000" in problem["detail"]
        assert "BOTARMY_PUBLIC_URL" in problem["detail"]
    assert (await get(url, f"Host: {'x' * 5000}.example"))[0] == 421


async def test_a_request_needs_exactly_one_host(url: str) -> None:
    own = "Host: localhost"
    assert (await get(url))[0] == 400
    assert (await get(url, version="1.0"))[0] == 400
    assert (await get(url, own, version="1.0"))[0] == 200
    assert (await get(url, own, own))[0] == 400
    assert (await get(url, own, "Host: evil.example"))[0] == 400
    assert (await get(url, "Host: evil.example", own))[0] == 400
    assert (await handshake(url, own, own))[0] == 400
    assert (await get(url, "Host: evil.example", version="1.0"))[0] == 421


async def test_a_host_in_the_target_is_checked_too(url: str) -> None:
    own = "Host: localhost"
    for target, expected in (
        ("http://localhost/health/", 200),
        ("http://127.0.0.1:8000/health/", 200),
        ("HTTPS://botarmy.example/health/", 200),
        ("http://evil.example/health/", 421),
        ("http://user@localhost/health/", 400),
    ):
        assert (await get(url, own, path=target))[0] == expected, target
    assert (await get(url, "Host: evil.example", path="http://localhost/health/"))[0] == 421
    assert (await handshake(url, own, path="http://evil.example/ws"))[0] != 101


async def test_proxy_headers_do_not_make_a_foreign_host_accepted(url: str) -> None:
    for field in (
        "X-Forwarded-Host: localhost",
        "Forwarded: host=localhost",
        "X-Host: localhost",
        "X-Original-Host: localhost",
    ):
        assert (await get(url, "Host: evil.example", field))[0] == 421
        assert (await get(url, "Host: localhost", field.replace("localhost", "evil.example")))[0] == 200


async def test_origins_are_compared_with_accepted_hosts_not_with_the_host_header(url: str) -> None:
    """A page that uses DNS rebinding sends its own name both as Host and as Origin."""
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
        posted = (await send_raw(url, "\n".join([f"POST {V1}/projects/ HTTP/1.1", *fields, "", "{}"])))[0]
        upgraded = (await handshake(url, f"Host: {host}", f"Origin: {origin}"))[0]
        assert (posted, upgraded) == (expected, 101 if expected == 415 else expected), (origin, host)


def test_the_address_that_the_connection_came_in_on_is_accepted() -> None:
    """No attacker can own an IP address as a name, and a container's health check may use its own address."""
    hosts = Hosts.of(Settings(_env_file=None, host="0.0.0.0"))
    assert hosts.accepts("172.18.0.5:8000", "172.18.0.5")
    assert hosts.accepts("[fd00::5]:8000", "fd00::5")
    assert hosts.accepts("172.18.0.5:8000", "::ffff:172.18.0.5")
    assert not hosts.accepts("172.18.0.6:8000", "172.18.0.5")
    assert not hosts.accepts("0.0.0.0:8000", "0.0.0.0")
    assert not hosts.accepts("api:8000", "172.18.0.5")
    assert not hosts.accepts("172.18.0.5", None)
    assert not hosts.accepts("172.18.0.5", "/run/api.sock")


def test_the_listen_address_is_accepted() -> None:
    for listen, host in (("10.1.2.3", "10.1.2.3"), ("fd00::5", "[fd00::5]:80"), ("box.lan", "BOX.lan:8000")):
        assert Hosts.of(Settings(_env_file=None, host=listen)).accepts(host, None)
    for listen in ("", "::", "0.0.0.0", "/run/api.sock"):
        assert not Hosts.of(Settings(_env_file=None, host=listen)).accepts("evil.example", None)


def test_a_public_url_must_be_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTARMY_PUBLIC_URL", f"{PUBLIC}, http://api:8000/,")
    several = Settings(_env_file=None)
    assert [Hosts.of(several).accepts(host, None) for host in ("api", "botarmy.example", "evil")] == [True, True, False]
    for wrong in ("botarmy.example", "ftp://botarmy.example", "https://", "https://a b", "https://u:p@botarmy.example"):
        monkeypatch.setenv("BOTARMY_PUBLIC_URL", wrong)
        with pytest.raises(ValidationError, match="should be a URL"):
            Settings(_env_file=None)


def test_hosts_are_normalized() -> None:
    assert host_of("EXAMPLE.org.:8080") == ("example.org", 8080)
    assert host_of("[0:0::1]") == ("::1", None)
    assert host_of("localhost:") == ("localhost", None)
    with pytest.raises(HostError):
        host_of("..:80:80")
