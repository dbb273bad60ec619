"""What tells browsers to be careful, and whose word about addresses and TLS is taken."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from config.settings import Settings
from store.transaction import Store
from tests.api_client import V1
from tests.serving import served
from tests.signing_in import AUTHORIZATION, MARK

PATHS = ["/", "/api/v1/projects/", "/health/", "/docs", "/web/js/main.js", "/nothing", "/auth/oidc", "/metrics"]
FORWARDED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize("path", PATHS)
async def test_every_response_is_safe_in_a_browser(api_url: str, settings: Settings, path: str) -> None:
    async with httpx2.AsyncClient(base_url=api_url, trust_env=False, timeout=30) as client:
        answer = await client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in answer.headers
    public = settings.model_copy(update={"public_url": ["https://botarmy.example"]})
    host = {"Host": "botarmy.example"}
    async with served(public) as url, httpx2.AsyncClient(base_url=url, trust_env=False, headers=host) as client:
        assert (await client.get(path)).headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("proxies", "address", "is_tls"),
    [
        ([], "127.0.0.1", False),
        (["198.51.100.0/24"], "127.0.0.1", False),
        (["127.0.0.0/8"], "203.0.113.7", True),
        (["127.0.0.1"], "203.0.113.7", True),
    ],
)
async def test_only_trusted_proxies_say_where_a_request_comes_from(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch, proxies: list[str], address: str, is_tls: bool
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # a setting of uvicorn, which does not count
    behind = settings.model_copy(update={"trusted_proxies": proxies})
    async with (
        served(behind) as url,
        httpx2.AsyncClient(base_url=url, trust_env=False, headers=FORWARDED | MARK, timeout=30) as client,
    ):
        code = (await client.post(f"{V1}/auth/links", headers=AUTHORIZATION)).json()["code"]
        answer = await client.post(f"{V1}/auth/sign-in", json={"code": code})
    assert answer.headers["set-cookie"].startswith("__Host-") is is_tls
    assert ("strict-transport-security" in answer.headers) is is_tls
    async with store.reading() as connection:
        query = "SELECT address FROM auth_event WHERE kind = 'signed_in' ORDER BY id DESC LIMIT 1"
        rows: list[Any] = list((await connection.exec_driver_sql(query)).all())
    assert rows[0].address == address


@pytest.mark.parametrize(
    ("given", "read"), [("10.0.0.1, 10.1.2.3/8", ["10.0.0.1/32", "10.0.0.0/8"]), ("::1", ["::1/128"])]
)
def test_trusted_proxies_are_addresses_or_networks(
    monkeypatch: pytest.MonkeyPatch, given: str, read: list[str]
) -> None:
    monkeypatch.setenv("BOTARMY_TRUSTED_PROXIES", given)
    assert Settings(_env_file=None).trusted_proxies == read
    monkeypatch.setenv("BOTARMY_TRUSTED_PROXIES", "proxy.example")
    with pytest.raises(ValueError, match="IP addresses or networks"):
        Settings(_env_file=None)
