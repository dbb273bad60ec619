from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest_asyncio

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.api.unavailable.proxied_api import Proxies, address_of, serve_behind
from tests.api.unavailable.tcp_proxy import TcpProxy


@pytest_asyncio.fixture(scope="module")
async def proxies(servers: Servers) -> AsyncIterator[Proxies]:
    """The proxies between this module's API and the servers; its worker connects to the servers directly."""
    urls = (servers.database, servers.redis, f"//{servers.temporal}")
    proxies = Proxies(*(TcpProxy(*address_of(url)) for url in urls))
    for proxy in (proxies.database, proxies.redis, proxies.temporal):
        await proxy.open()
    yield proxies
    for proxy in (proxies.database, proxies.redis, proxies.temporal):
        await proxy.close()


@pytest_asyncio.fixture(scope="module")
async def http(settings: Settings, proxies: Proxies, worker: None) -> AsyncIterator[httpx2.AsyncClient]:
    async with serve_behind(proxies, settings) as client:
        yield client
