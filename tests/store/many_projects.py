"""Many projects, written by PostgreSQL itself."""

from __future__ import annotations

from hashlib import md5
from typing import LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from store.statement import run

FEW, MANY = 1_000, 20_000
"""Projects at first, and later."""

OPEN, VERSIONS, LONGEST = 20, 5_000, 20_000
"""Open projects; the versions of an artifact of the first project, of which one is accepted; events of its log."""

# Projects `first` to `last`. Those after OPEN have ended, in the order of their ids. Each has a brief, a task, a closed
# request and five events; every fourth has an owner; every tenth asked a model, and has an open request of a task
# outside its pipeline.
_FILL: tuple[LiteralString, ...] = (
    """
    INSERT INTO project (id, name, owner, pipeline, status, open_requests, last_seq, created_at, updated_at, ended_at)
    SELECT id_of(1, n), 'Shop ' || md5(n::text), CASE WHEN n = 400 THEN 'Mélanie' WHEN n %% 4 = 0 THEN 'ops' END,
           jsonb_build_object('name', 'p', 'stages', '[1,2,3]'::jsonb, 'text', repeat(md5(n::text), 200)),
           CASE WHEN n <= %(open)s THEN 'active' ELSE 'completed' END, 0, 5, at(n), at(n),
           CASE WHEN n > %(open)s THEN at(n) END
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
    """,
    """
    INSERT INTO task (id, project_id, workflow_id, agent_type, stage, round, status, accepted, attempt, failures,
                      handoff, created_at, updated_at)
    SELECT id_of(2, n), id_of(1, n), 'project-' || id_of(1, n), 'coder', 'build', 1, 'completed', true, 1, 0, '{}',
           at(n), at(n)
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
    """,
    """
    INSERT INTO content (hash, body) VALUES ('h', '') ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO artifact (id, project_id, type, name, version, media_type, size, content_hash, author, origin_id,
                          created_at, accepted_at)
    SELECT id_of(3, n), id_of(1, n), 'user_input', 'brief', 1, 'text/markdown', 0, 'h', 'human', id_of(1, n), at(n),
           at(n)
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
    """,
    """
    INSERT INTO hitl_request (id, project_id, task_id, workflow_id, agent_type, stage, round, question, reason,
                              artifacts, may_redo, status, created_at, expires_at)
    SELECT id_of(4, n), id_of(1, n), id_of(2, n), 'task-' || id_of(2, n), 'coder', 'build', 1, '', 'review', '[]',
           true, CASE WHEN n %% 10 = 0 THEN 'pending' ELSE 'approved' END, at(n), at(n)
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
    """,
    """
    INSERT INTO event (project_id, seq, event_type, data, dedupe_key, created_at)
    SELECT id_of(1, n), seq, 'workflow_event', '{}', 'task:' || id_of(2, n) || ':' || seq, at(n)
    FROM generate_series(%(first)s::int, %(last)s::int) AS n, generate_series(1, 5) AS seq
    """,
    """
    INSERT INTO budget (scope, project_id, spent_usd, reserved_usd, reserved_tokens)
    SELECT 'project:' || id_of(1, n), id_of(1, n), 1, 0, 0
    FROM generate_series(%(first)s::int, %(last)s::int) AS n WHERE n %% 10 = 0
    """,
    "ANALYZE",
)

# Functions that number ids and moments: a UUIDv7 of a minute in 2025, as old ones are.
FUNCTIONS: tuple[LiteralString, ...] = (
    """
    CREATE FUNCTION id_of(kind int, n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
        SELECT (lpad(to_hex(1735689600000 + n * 60000::bigint), 12, '0') || '7' || lpad(kind::text, 3, '0') || '8'
                || lpad(n::text, 15, '0'))::uuid $$
    """,
    """
    CREATE FUNCTION at(n int) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
        SELECT '2025-01-01T00:00:00Z'::timestamptz + n * interval '1 minute' $$
    """,
)

MANY_VERSIONS: LiteralString = """
INSERT INTO artifact (id, project_id, type, name, version, media_type, size, content_hash, author, origin_id,
                      created_at, accepted_at)
SELECT gen_random_uuid(), id_of(1, 1), 'source_code', 'code', v, 'text/plain', 0, 'h', 'coder', gen_random_uuid(),
       at(1), CASE WHEN v = 1 THEN at(1) END
FROM generate_series(1, %(versions)s::int) AS v
"""

LONG_LOG: LiteralString = """
INSERT INTO event (project_id, seq, event_type, data, dedupe_key, created_at)
SELECT id_of(1, 1), seq, 'workflow_event', '{"retried_from": "build"}',
       CASE seq WHEN 9 THEN 'retried:2' ELSE 'long:' || seq END, at(1)
FROM generate_series(6, %(events)s::int) AS seq
"""


def id_of(kind: int, n: int) -> UUID:
    """Return the id that the function of the same name returns."""
    return UUID(f"{1735689600000 + n * 60000:012x}7{kind:03d}8{n:015d}")


def hash_of(n: int) -> str:
    """Return what is in the name of a project."""
    return md5(str(n).encode(), usedforsecurity=False).hexdigest()


async def fill(connection: AsyncConnection, first: int, last: int) -> None:
    for statement in _FILL:
        values = {"first": first, "last": last, "open": OPEN} if "%(" in statement else {}
        await run(connection, statement, **values)
