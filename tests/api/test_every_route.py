"""What holds for every route: parsing of bodies, errors, request ids, pages of other origins."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from api.http.strict_route import check_structure
from config.settings import Settings
from config.sizes import format_size
from tests.api_client import BRIEF, UNKNOWN_ID, V1, assert_problem

FRIEND = "https://friend.example"


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"allowed_origins": [FRIEND]})


POSTS = [
    "/projects/",
    f"/projects/{UNKNOWN_ID}/tasks",
    f"/projects/{UNKNOWN_ID}/artifacts",
    f"/projects/{UNKNOWN_ID}/context/{UNKNOWN_ID}/withdraw",
    f"/projects/{UNKNOWN_ID}/retry",
    f"/hitl/{UNKNOWN_ID}/respond",
    "/stops/",
    f"/stops/{UNKNOWN_ID}/release",
]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": "\\ud800", "description": "x"}',
        b'{"\\ud800": 1}',
        b'{"name": "\xff"}',
        b"\x00",
        b"[]",
        b"null",
        b'"text"',
        b"1" * 10_000,
        b'{"name": ' + b"9" * 10_000 + b"}",
        b'{"' + b"k" * 100_000 + b'": 1}',
        json.dumps({str(number): number for number in range(10_000)}).encode(),
        json.dumps({"name": [[]] * 10_000}).encode(),
    ],
)
async def test_an_invalid_body_is_refused(http: httpx2.AsyncClient, path: str, body: bytes) -> None:
    answer = await http.post(V1 + path, content=body, headers={"Content-Type": "application/json"})
    problem = assert_problem(answer, 422 if answer.status_code != 404 else 404)
    assert len(answer.content) < 10_000
    if problem["status"] == 422:
        assert problem["errors"]


@given(st.text(st.sampled_from('"\\[]{},:a\n\u00e9'), min_size=1, max_size=50))
def test_the_characters_of_a_string_do_not_count_as_values(text: str) -> None:
    for ascii in (True, False):
        check_structure(json.dumps({"content": text * 20_000, "name": text}, ensure_ascii=ascii).encode())


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"]
)
async def test_a_body_of_another_content_type_is_refused(http: httpx2.AsyncClient, path: str, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    assert_problem(
        await http.post(V1 + path, content=b'{"action": "approve"}', headers=headers), 415, "application/json"
    )


async def test_other_content_types_of_json_are_accepted(http: httpx2.AsyncClient) -> None:
    body = json.dumps({"name": "Guest book", "description": BRIEF})
    for kind in ("application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"):
        answer = await http.post(f"{V1}/projects/", content=body, headers={"Content-Type": kind})
        assert answer.status_code == 201


async def test_a_body_in_chunks_is_not_read_past_the_limit(http: httpx2.AsyncClient, settings: Settings) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 2**16

    headers = {"Content-Type": "application/json"}
    assert_problem(
        await http.post(f"{V1}/projects/", content=chunks(), headers=headers), 413, format_size(settings.max_body_bytes)
    )
    # The same connection, or a new one, still works.
    assert (await http.get("/health/")).status_code == 200


async def test_a_body_with_a_content_length_over_the_limit_is_not_read(api_url: str, settings: Settings) -> None:
    address = urlsplit(api_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        f"POST {V1}/projects/ HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {10**12}\r\n\r\n".encode()
    )
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 10)
    writer.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", f"{V1}/nothing/at%00all", 404),
        ("GET", "/%F0%9F%92%A9/%ff", 404),
        ("DELETE", f"{V1}/projects/", 405),
        ("PUT", f"{V1}/hitl/{UNKNOWN_ID}/respond", 405),
        ("GET", f"{V1}/projects/{UNKNOWN_ID}/tasks", 405),
        ("GET", f"{V1}/projects/%00", 422),
        ("GET", f"{V1}/projects/" + "1" * 5000, 422),
        ("GET", f"{V1}/hitl/pending?cursor={'x' * 5000}", 422),
    ],
)
async def test_every_error_is_a_problem(http: httpx2.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await http.request(method, path)
    assert_problem(answer, status)
    if status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", f"{V1}/projects/", "GET, POST"),
        ("OPTIONS", f"{V1}/projects/{UNKNOWN_ID}/artifacts", "GET, POST"),
        ("PUT", f"{V1}/hitl/{UNKNOWN_ID}/respond", "POST"),
        ("POST", "/health/", "GET"),
    ],
)
async def test_an_unsupported_method_gets_the_list_of_allowed_ones(
    http: httpx2.AsyncClient, method: str, path: str, allowed: str
) -> None:
    assert (await http.request(method, path)).headers["allow"] == allowed


async def test_a_request_keeps_its_id_or_gets_one(http: httpx2.AsyncClient) -> None:
    kept = await http.get("/health/", headers={"X-Request-ID": "trace-7"})
    assert kept.headers["x-request-id"] == "trace-7"
    for unusable in ("x" * 129, "two words", "caf\u00e9"):
        answer = await http.get("/health/", headers=[(b"X-Request-ID", unusable.encode())])
        assert len(answer.headers["x-request-id"]) == 36
    problem = await http.get(f"{V1}/projects/{UNKNOWN_ID}", headers={"X-Request-ID": "trace-8"})
    assert problem.headers["x-request-id"] == "trace-8"


async def test_pages_of_other_origins_may_not_change_anything(http: httpx2.AsyncClient, api_url: str) -> None:
    body = {"name": "Guest book", "description": BRIEF}
    for origin in ("https://evil.example", "null", "not a url", "http://[", f"{api_url}.evil.example"):
        assert_problem(await http.post(f"{V1}/projects/", json=body, headers={"Origin": origin}), 403)
        assert_problem(await http.post(f"{V1}/projects/{UNKNOWN_ID}/cancel", headers={"Origin": origin}), 403)
        assert "access-control-allow-origin" not in (await http.get("/health/", headers={"Origin": origin})).headers
    for origin in (api_url, FRIEND):
        answer = await http.post(f"{V1}/projects/", json=body, headers={"Origin": origin})
        assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == FRIEND
    preflight = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    assert (await http.options(f"{V1}/projects/", headers=preflight)).status_code == 200
