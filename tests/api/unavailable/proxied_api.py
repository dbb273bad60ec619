"""An API that reaches every server through a proxy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
import pytest

from config.settings import Settings
from tests.api.unavailable.tcp_proxy import TcpProxy
from tests.api_client import BRIEF, Json, assert_problem
from tests.serving import served
from tests.signing_in import signed_in
from tests.waiting import eventually

NEW_PROJECT = {"name": "Guest book", "description": BRIEF}


@dataclass
class Proxies:
    database: TcpProxy
    redis: TcpProxy
    temporal: TcpProxy


def address_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def _proxied(proxy: TcpProxy, url: str) -> str:
    host, port = address_of(url)
    return url.replace(f"{host}:{port}", f"127.0.0.1:{proxy.port}")


@asynccontextmanager
async def serve_behind(proxies: Proxies, settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve an API that reaches every server through a proxy."""
    settings = settings.model_copy(
        update={
            "database_url": _proxied(proxies.database, settings.database_url),
            "redis_url": _proxied(proxies.redis, settings.redis_url),
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{proxies.temporal.port}")
        async with served(settings) as url, signed_in(url) as client:
            yield client


async def component_statuses(http: httpx2.AsyncClient) -> dict[str, str]:
    components: Json = (await http.get("/health/detailed")).raise_for_status().json()["components"]
    return {name: one["status"] for name, one in components.items()}


async def wait_until_ready(http: httpx2.AsyncClient) -> None:
    """Wait until the API is ready again, for as long as the design allows."""

    async def is_ready() -> bool:
        return (await http.get("/health/ready")).status_code == 200

    await eventually(is_ready, 10)


def assert_unavailable(answer: httpx2.Response) -> None:
    assert_problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
