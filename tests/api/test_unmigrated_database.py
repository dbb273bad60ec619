"""A database without tables: requests get 503 with the command to run, never 500."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import psycopg
import pytest_asyncio

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.signing_in import ADMIN_TOKEN


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with await psycopg.AsyncConnection.connect(servers.database, autocommit=True) as connection:
        await connection.execute("CREATE DATABASE empty")
    yield Settings(
        _env_file=None,
        database_url=servers.database.removesuffix("/botarmy") + "/empty",
        redis_url=servers.redis,
        task_queue="empty",
        channel_prefix="empty",
        admin_token=ADMIN_TOKEN,
    )


async def test_a_request_gets_the_command_that_creates_the_tables(http: httpx2.AsyncClient) -> None:
    for path in ("/api/v1/projects/", "/api/v1/hitl/pending"):
        answer = await http.get(path)

        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert "alembic upgrade head" in answer.json()["detail"]


async def test_health_reports_that_the_database_has_no_tables(http: httpx2.AsyncClient) -> None:
    health = (await http.get("/health/detailed")).json()["components"]["database"]

    assert health["status"] == "down"
    assert "alembic upgrade head" in health["detail"]
    assert (await http.get("/health/ready")).status_code == 503
