"""Whether a database is one that this version can work with, and if not, why not and what to do: one answer for `up`,
the migrations, the API and the worker."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations" / "versions"
NOT_MIGRATED = "The database has not been migrated: `python -m alembic upgrade head` makes its tables."

_REVISION = re.compile(r"^revision\b[^=]*= *['\"](.+?)['\"]", re.MULTILINE)
_DOWN_REVISION = re.compile(r"^down_revision\b[^=]*= *(.+)$", re.MULTILINE)
_QUOTED = re.compile(r"['\"](.+?)['\"]")
_TABLE = re.compile(r"\bcreate_table\(\s*['\"](.+?)['\"]")

_FACTS = """
SELECT current_database(), current_user, current_schema(), current_setting('server_encoding'),
    pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean,
    COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false),
    to_regclass('alembic_version') IS NOT NULL,
    COALESCE(has_table_privilege(to_regclass('alembic_version'), 'SELECT'), false),
    ARRAY(SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relname IN ({tables})
        AND relnamespace = to_regnamespace(quote_ident(current_schema())) ORDER BY relname <> 'project', relname),
    ARRAY(SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relname IN ({tables})
        AND pg_table_is_visible(oid) AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
        AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE')))
"""
_REVISIONS = "SELECT version_num FROM alembic_version"

Ask = Callable[[str], Sequence[Sequence[Any]]]
"""Runs one statement, returns its rows."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """The migrations of this version: every revision, those that no other one builds on, and the tables they make."""

    every: frozenset[str]
    newest: frozenset[str]
    tables: frozenset[str]


@dataclass(frozen=True, slots=True)
class SchemaState:
    """How a database stands. `problem` says what is wrong and what to do, None where nothing is; `current` is whether
    it needs no migration; `newer` whether its revision is one that this version does not know."""

    current: bool = False
    problem: str | None = None
    newer: bool = False


@lru_cache(maxsize=8)
def revisions(folder: Path = MIGRATIONS) -> Revisions:
    """Read from the migrations' files, without waiting a second for Alembic to do it."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.py"))]
    every = {found for text in texts for found in _REVISION.findall(text)}
    downs = {name for text in texts for line in _DOWN_REVISION.findall(text) for name in _QUOTED.findall(line)}
    tables = {name for text in texts for name in _TABLE.findall(text)}
    return Revisions(frozenset(every), frozenset(every - downs), frozenset(tables))


def examine(ask: Ask) -> SchemaState:
    """How the database stands that `ask` asks.

    Raises:
        Exception: whatever `ask` raises.
    """
    known = revisions()
    names = ", ".join(f"'{name}'" for name in sorted(known.tables)) or "NULL"
    database, role, schema, encoding, read_only, may_create, versioned, may_read, tables, closed = ask(
        _FACTS.format(tables=names)
    )[0]
    where = f"the database {database!r}"
    if encoding != "UTF8":
        return SchemaState(
            problem=f"{where} has the encoding {encoding}, and BotArmy needs UTF8: use another, made with "
            "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
        )
    if schema is None:
        return SchemaState(
            problem=f"{where} has no schema that {role!r} may use: CREATE SCHEMA, GRANT USAGE ON SCHEMA, or name "
            "another in DATABASE_URL (?options=-csearch_path%3DNAME)"
        )
    if read_only:
        return SchemaState(problem=f"{where} takes no writes, as a standby: DATABASE_URL must name the primary server")
    if versioned and not may_read:
        return SchemaState(problem=_denied(where, role, ["alembic_version"]))
    found = {str(version) for (version,) in ask(_REVISIONS)} if versioned else set()
    if unknown := sorted(found - known.every):
        return SchemaState(
            newer=True,
            problem=f"{where} is at revision {', '.join(unknown)}, which this version does not know: a newer BotArmy, "
            "or another application, has migrated it; run that version, or use another database or schema",
        )
    if not found and tables:
        return SchemaState(
            problem=f"{where} has a table {tables[0]!r} in schema {schema!r} that BotArmy has not made: use another "
            "database, or a schema of its own (CREATE SCHEMA botarmy, DATABASE_URL?options=-csearch_path%3Dbotarmy)"
        )
    if not found and not may_create:
        return SchemaState(
            problem=f"{role!r} may not make tables in schema {schema!r} of {where}: GRANT CREATE ON SCHEMA "
            f'"{schema}" TO "{role}", as its owner or a superuser'
        )
    if closed:
        return SchemaState(problem=_denied(where, role, closed))
    return SchemaState(current=found == known.newest)


def _denied(where: str, role: str, tables: Sequence[str]) -> str:
    return (
        f"{role!r} may not read and write {', '.join(sorted(tables))} in {where}: connect as their owner, or GRANT "
        f'SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ... TO "{role}"'
    )
