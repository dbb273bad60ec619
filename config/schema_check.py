"""Check whether this version can use a database, and if not, say why and what to do. Used by `botarmy up`, the
migrations, the API and the worker."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations" / "versions"
NOT_MIGRATED = "The database has not been migrated: run `python -m alembic upgrade head`."

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

Query = Callable[[str], Sequence[Sequence[Any]]]
"""Runs one statement and returns its rows."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """The migrations of this version: all revisions, the newest ones, and the tables that they create."""

    known: frozenset[str]
    newest: frozenset[str]
    tables: frozenset[str]


@dataclass(frozen=True, slots=True)
class SchemaState:
    """The state of a database. `problem` says what is wrong and what to do.

    `current` means that it needs no migration, and `newer` that this version does not know its revision.
    """

    current: bool = False
    problem: str | None = None
    newer: bool = False


@lru_cache(maxsize=8)
def revisions(folder: Path = MIGRATIONS) -> Revisions:
    """Read the revisions from the migration files. Alembic would take a second for it."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.py"))]
    known = {found for text in texts for found in _REVISION.findall(text)}
    downs = {name for text in texts for line in _DOWN_REVISION.findall(text) for name in _QUOTED.findall(line)}
    tables = {name for text in texts for name in _TABLE.findall(text)}
    return Revisions(frozenset(known), frozenset(known - downs), frozenset(tables))


def check_schema(query: Query) -> SchemaState:
    """Return the state of the database that `query` runs on.

    Raises:
        Exception: whatever `query` raises.
    """
    ours = revisions()
    names = ", ".join(f"'{name}'" for name in sorted(ours.tables)) or "NULL"
    database, role, schema, encoding, read_only, may_create, versioned, may_read, tables, inaccessible = query(
        _FACTS.format(tables=names)
    )[0]
    where = f"the database {database!r}"
    if encoding != "UTF8":
        return SchemaState(
            problem=f"{where} has the encoding {encoding}, and BotArmy needs UTF8: use another one, created with "
            "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
        )
    if schema is None:
        return SchemaState(
            problem=f"{where} has no schema that {role!r} may use: CREATE SCHEMA, GRANT USAGE ON SCHEMA, or name "
            "another in DATABASE_URL (?options=-csearch_path%3DNAME)"
        )
    if read_only:
        return SchemaState(problem=f"{where} is read-only, like a standby: DATABASE_URL must name the primary server")
    if versioned and not may_read:
        return SchemaState(problem=_denied(where, role, ["alembic_version"]))
    found = {str(version) for (version,) in query(_REVISIONS)} if versioned else set()
    if unknown := sorted(found - ours.known):
        return SchemaState(
            newer=True,
            problem=f"{where} is at revision {', '.join(unknown)}, which this version does not know: a newer BotArmy, "
            "or another application, has migrated it; run that version, or use another database or schema",
        )
    if not found and tables:
        return SchemaState(
            problem=f"{where} has a table {tables[0]!r} in schema {schema!r} that BotArmy did not create: use another "
            "database or a separate schema (CREATE SCHEMA botarmy, DATABASE_URL?options=-csearch_path%3Dbotarmy)"
        )
    if not found and not may_create:
        return SchemaState(
            problem=f"{role!r} may not create tables in schema {schema!r} of {where}: GRANT CREATE ON SCHEMA "
            f'"{schema}" TO "{role}", as its owner or a superuser'
        )
    if inaccessible:
        return SchemaState(problem=_denied(where, role, inaccessible))
    return SchemaState(current=found == ours.newest)


def _denied(where: str, role: str, tables: Sequence[str]) -> str:
    return (
        f"{role!r} may not read and write {', '.join(sorted(tables))} in {where}: connect as their owner, or GRANT "
        f'SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ... TO "{role}"'
    )
