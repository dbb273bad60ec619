"""The migrations create the tables of the models, and drop them again."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from cli.stack.embedded import Servers
from models.identity import metadata
from tests.checkout import CHECKOUT
from tests.migrations import MigrationError, alembic, check, tables


@pytest_asyncio.fixture
async def empty(servers: Servers) -> AsyncIterator[str]:
    """An empty database."""
    name = f"m{uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(servers.database, autocommit=True) as connection:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield servers.database.removesuffix("/botarmy") + f"/{name}"


async def test_the_migrations_create_the_tables_of_the_models_and_drop_them_again(empty: str) -> None:
    await asyncio.to_thread(check, empty)


async def test_replicas_can_migrate_at_the_same_time(empty: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(alembic, empty, "upgrade", "head") for _ in range(2)))
    assert await asyncio.to_thread(tables, empty) == set(metadata.tables)


async def test_a_role_that_may_not_create_extensions_migrates(empty: str) -> None:
    """Its searches have no index."""
    role = f"r{uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(empty, autocommit=True) as connection:
        await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
        await connection.execute(f"GRANT ALL ON SCHEMA public TO {role}")
    scheme, _, address = empty.partition("://")
    await asyncio.to_thread(check, f"{scheme}://{role}:secret@{address.partition('@')[2]}")
    async with await psycopg.AsyncConnection.connect(empty) as connection:
        found = await connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        assert await found.fetchone() is None


async def test_a_missing_column_is_detected(empty: str) -> None:
    await asyncio.to_thread(alembic, empty, "upgrade", "head")
    async with await psycopg.AsyncConnection.connect(empty, autocommit=True) as connection:
        await connection.execute("ALTER TABLE project DROP COLUMN phase")
    with pytest.raises(MigrationError, match="phase"):
        await asyncio.to_thread(alembic, empty, "check")


def test_a_checkout_may_have_any_path(tmp_path: Path) -> None:
    checkout = tmp_path / "100% né'w $x"
    checkout.symlink_to(CHECKOUT)
    heads = [sys.executable, "-m", "alembic", "-c", str(checkout / "alembic.ini"), "heads"]
    ran = subprocess.run(heads, cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)}, capture_output=True)
    assert b"(head)" in ran.stdout, ran.stderr


def test_each_migration_has_a_docstring() -> None:
    versions = sorted((Path(CHECKOUT) / "migrations" / "versions").glob("*.py"))
    assert versions
    for path in versions:
        assert path.read_text().startswith('"""'), f"{path.name} has no docstring"
