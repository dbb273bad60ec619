"""The URL determines the connection, not the environment. An unusable database is reported in one line."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import pq
from sqlalchemy import text

from cli.stack import external, schema
from cli.stack.component import ComponentError
from cli.stack.datadir import DataDir
from cli.stack.embedded import Servers
from cli.stack.postgres import Postgres
from cli.stack.supervisor import Supervisor
from config.postgres import explain
from config.settings import Settings
from store.database import Database, UnusableDatabaseError
from tests.migrations import MigrationError, alembic, tables

SHELL = {option.envvar.decode(): "nonsense" for option in pq.Conninfo.get_defaults() if option.envvar} | {
    "PGHOST": "nowhere.invalid",
    "PGHOSTADDR": "192.0.2.1",
    "PGPORT": "1",
    "PGSSLMODE": "verify-full",
    "PGCLIENTENCODING": "LATIN1",
    "PGOPTIONS": "-c statement_timeout=1 -c search_path=nowhere",
    "PGSERVICEFILE": "/nowhere",
    "PGSYSCONFDIR": "/nowhere",
    "PGREQUIRESSL": "1",
    "PGTZ": "Asia/Tokyo",
    "PGDATESTYLE": "German",
    "PGGEQO": "nonsense",
    "PGDATA": "/nowhere",
}
"""Every variable that libpq and the server read, set for another database."""


def open_that_shell(patch: pytest.MonkeyPatch) -> None:
    for name, value in SHELL.items():
        patch.setenv(name, value)


@asynccontextmanager
async def database(servers: Servers, options: str = "TEMPLATE template0", name: str = "") -> AsyncIterator[str]:
    """The URL of a new database."""
    name = name or f"c{uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(servers.database, autocommit=True) as connection:
        await connection.execute(f"CREATE DATABASE {name} {options}")
    yield servers.database.removesuffix("/botarmy") + f"/{name}"


async def execute(url: str, *statements: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for statement in statements:
            await connection.execute(statement)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(Settings(_env_file=None, database_url=url))
    try:
        yield database
    finally:
        await database.close()


async def test_environment_variables_of_libpq_do_not_reach_a_connection(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database(servers) as url:
        open_that_shell(monkeypatch)
        await asyncio.to_thread(alembic, url, "upgrade", "head")
        await external.check_database(url)
        assert await schema.is_current(url)
        async with opened(url) as store, store.reading() as connection:
            said = (
                await connection.execute(
                    text(
                        "SELECT current_setting('client_encoding'), current_setting('TimeZone'), "
                        "current_setting('DateStyle'), current_setting('statement_timeout'), '訪客'"
                    )
                )
            ).one()
    assert tuple(said) == ("UTF8", "UTC", "ISO, MDY", "0", "訪客")
    assert {name for name in SHELL if name in os.environ} == {"PGPASSWORD", "PGPASSFILE"}


async def test_the_embedded_server_starts_with_any_environment_variables_of_libpq(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    open_that_shell(monkeypatch)
    data = DataDir(tmp_path)
    supervisor = Supervisor(data)
    with data.locked():
        try:
            await supervisor.start(Postgres(data, port=0))
        finally:
            await asyncio.shield(supervisor.stop())


async def test_a_password_may_come_from_the_password_sources_of_libpq(
    servers: Servers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    user, _, rest = servers.database.removeprefix("postgresql://").partition(":")
    password, _, place = rest.partition("@")
    without = f"postgresql://{user}@{place}"
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    with pytest.raises(external.RefusedError, match="password"):
        await external.check_database(without)
    (tmp_path / "pgpass").touch(mode=0o600)
    (tmp_path / "pgpass").write_text(f"*:*:*:*:{password}\n")
    await external.check_database(without)
    monkeypatch.delenv("PGPASSFILE")
    monkeypatch.setenv("PGPASSWORD", password)
    await external.check_database(without)


async def test_the_options_of_the_url_apply_to_every_connection(servers: Servers) -> None:
    async with database(servers) as plain:
        await execute(plain, "CREATE SCHEMA mine", "CREATE TABLE public.project (name text)")
        url = f"{plain}?options=-csearch_path%3Dmine"
        await asyncio.to_thread(alembic, url, "upgrade", "head")
        async with opened(url) as store:
            assert await store.ping()
            async with store.reading() as connection:
                where = await connection.scalar(text("SELECT to_regclass('project')::oid::regclass::text"))
        assert await schema.is_current(url)
    assert where == "project"
    assert await asyncio.to_thread(tables, plain) == {"project"}  # only the other one


NEWER = "UPDATE alembic_version SET version_num = 'abcdef'"
STATES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    # its template, the statements to run, the expected message
    (
        "ascii",
        "ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0",
        (),
        "SQL_ASCII, and BotArmy needs",
    ),
    ("newer", "TEMPLATE botarmy", (NEWER,), "is at revision abcdef, which this version does not know"),
    ("foreign", "TEMPLATE template0", ("CREATE TABLE project (id int)",), "a table 'project' in schema 'public' that"),
    ("view", "TEMPLATE template0", ("CREATE VIEW task AS SELECT 1",), "a table 'task' in schema 'public' that BotArmy"),
    ("bare", "TEMPLATE template0", ("DROP SCHEMA public",), "no schema that 'botarmy' may use"),
    ("closed", "TEMPLATE template0", ("ALTER DATABASE {name} SET default_transaction_read_only = on",), "the primary"),
)


async def test_an_unusable_database_is_reported_with_what_to_do(servers: Servers) -> None:
    for kind, made, statements, said in STATES:
        name = f"{kind}{uuid4().hex[:8]}"
        async with database(servers, made, name) as url:
            await execute(url, *(statement.format(name=name) for statement in statements))
            with pytest.raises(ComponentError) as of_up:
                await schema.is_current(url)
            async with opened(url) as store:
                assert said in ((await store.check_schema()).problem or ""), kind
                if kind == "newer":  # that version may be about to replace this one, which works until then
                    assert said in ((await store.ping())[1] or "")
                else:
                    with pytest.raises(UnusableDatabaseError):
                        await store.ping()
            assert said in str(of_up.value)
            assert name in str(of_up.value)
            if kind in ("newer", "foreign"):
                with pytest.raises(MigrationError) as of_alembic:
                    await asyncio.to_thread(alembic, url, "upgrade", "head")
                *_, line = str(of_alembic.value).splitlines()
                assert said in line
                assert "Traceback" not in str(of_alembic.value)


async def test_missing_privileges_are_reported_with_what_to_do(servers: Servers) -> None:
    role = f"r{uuid4().hex[:8]}"
    await execute(servers.database, f"CREATE ROLE {role} LOGIN PASSWORD 'hunter2'")
    place = servers.database.rpartition("@")[2].removesuffix("/botarmy")

    def as_role(url: str) -> str:
        return f"postgresql://{role}:hunter2@{place}/{url.rpartition('/')[2]}"

    async with database(servers) as new, database(servers, "TEMPLATE botarmy") as migrated:
        cases: tuple[tuple[str, str], ...] = (
            (as_role(new), f"'{role}' may not create tables in schema 'public'"),
            (as_role(migrated), f"'{role}' may not read and write alembic_version"),
        )
        for url, said in cases:
            with pytest.raises(ComponentError, match=said):
                await schema.is_current(url)
        await execute(migrated, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
        with pytest.raises(
            ComponentError, match=r"may not read and write account, agent_state, api_token.* GRANT SELECT, INSERT"
        ):
            await schema.is_current(as_role(migrated))
        await execute(new, f"REVOKE CONNECT ON DATABASE {new.rpartition('/')[2]} FROM PUBLIC")
        with pytest.raises(ComponentError, match=r"cannot be used: .*permission denied for database"):
            await schema.is_current(as_role(new))


async def test_a_refused_connection_is_not_retried_and_its_error_has_no_password(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = servers.database.rpartition("@")[2].removesuffix("/botarmy")
    refusals: tuple[tuple[str, str], ...] = (
        (f"postgresql://botarmy:hunter2@{place}/botarmy", "check user and password in DATABASE_URL"),
        (f"postgresql://hunter2:hunter2@{place}/botarmy", "check user and password in DATABASE_URL"),
        (f"{servers.database}x", "CREATE DATABASE botarmyx"),
        (f"{servers.database}?sslmode=require", "does not support SSL"),
        (f"{servers.database}?sslmode=bogus", "check the parameters of DATABASE_URL"),
    )
    monkeypatch.setattr(external, "ANSWER_SECONDS", 300.0)  # so that a retry would fail the test
    for url, said in refusals:
        with pytest.raises(ComponentError, match=said) as error:
            await external.wait_for_server("database", "DATABASE_URL", partial(external.check_database, url))
        assert ":hunter2" not in str(error.value)
        assert "\n" not in str(error.value)
        async with opened(url) as store:
            with pytest.raises(Exception, match="connection") as away:
                await store.ping()
            assert said in explain(away.value)

    redis = servers.redis.replace("redis://:", "redis://:wrong")
    with pytest.raises(ComponentError, match=r"rejected the connection \(address from REDIS_URL\): .*check user"):
        await external.wait_for_server("redis", "REDIS_URL", lambda: external.check_redis(redis))
    monkeypatch.setattr(external, "ANSWER_SECONDS", 1.0)
    with pytest.raises(ComponentError, match=r"does not answer at the address in DATABASE_URL: .*refused$"):
        await external.wait_for_server(
            "database", "DATABASE_URL", lambda: external.check_database("postgresql://u:hunter2@127.0.0.1:9/d")
        )
