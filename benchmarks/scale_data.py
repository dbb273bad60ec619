"""Many projects, written by PostgreSQL itself: to run that many would take hours."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from models.contracts.pipeline import Pipeline

OPEN = 25
"""One of this number of projects waits at a gate. The others have ended."""

_FUNCTIONS: tuple[LiteralString, ...] = (
    # A UUIDv7 of a minute in 2025, as the ids of old rows are.
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

# Projects `first` to `last`: each with its brief, five tasks with a version each, a request and ten events.
_FILL: tuple[LiteralString, ...] = (
    """
    INSERT INTO project (id, name, owner, tags, pipeline, status, phase, open_requests, last_seq, created_at,
                         updated_at, ended_at)
    SELECT id_of(1, n), 'Shop ' || md5(n::text), 'person ' || n %% 50, ARRAY['team ' || n %% 20], %(pipeline)s,
           CASE WHEN n %% %(open)s = 0 THEN 'waiting' ELSE 'completed' END, 'plan',
           CASE WHEN n %% %(open)s = 0 THEN 1 ELSE 0 END, 10, at(n), at(n),
           CASE WHEN n %% %(open)s <> 0 THEN at(n) END
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
    """,
    """
    INSERT INTO task (id, project_id, workflow_id, agent_type, stage, round, status, accepted, attempt, failures,
                      handoff, created_at, updated_at)
    SELECT id_of(10 + t, n), id_of(1, n), 'project-' || id_of(1, n), 'coder', 'stage ' || t, 1, 'completed', true, 1, 0,
           '{}', at(n), at(n)
    FROM generate_series(%(first)s::int, %(last)s::int) AS n, generate_series(1, 5) AS t
    """,
    "INSERT INTO content (hash, body) VALUES ('h', '') ON CONFLICT DO NOTHING",
    """
    INSERT INTO artifact (id, project_id, type, name, version, media_type, size, content_hash, author, origin_id,
                          created_at, accepted_at)
    SELECT id_of(20 + t, n), id_of(1, n), 'document ' || t, 'text', 1, 'text/markdown', 0, 'h', 'coder',
           CASE t WHEN 0 THEN id_of(1, n) ELSE id_of(10 + t, n) END, at(n), at(n)
    FROM generate_series(%(first)s::int, %(last)s::int) AS n, generate_series(0, 5) AS t
    """,
    """
    INSERT INTO hitl_request (id, project_id, task_id, workflow_id, agent_type, stage, round, question, reason,
                              artifacts, may_redo, subject_hash, status, created_at, expires_at, decided_at)
    SELECT id_of(4, n), id_of(1, n), id_of(11, n), 'project-' || id_of(1, n), 'coder', %(stage)s, 1, 'Is this right?',
           'review', jsonb_build_array(jsonb_build_object('artifact_id', id_of(21, n), 'type', 'project_plan',
                                                          'version', 1, 'content_hash', repeat('0', 64))),
           true, repeat('0', 64), CASE WHEN n %% %(open)s = 0 THEN 'pending' ELSE 'approved' END, at(n),
           now() + interval '1 day', CASE WHEN n %% %(open)s <> 0 THEN at(n) END
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
    """,
    """
    INSERT INTO event (project_id, seq, event_type, data, dedupe_key, created_at)
    SELECT id_of(1, n), seq, 'workflow_event', '{"status": "active"}', 'task:' || id_of(11, n) || ':' || seq, at(n)
    FROM generate_series(%(first)s::int, %(last)s::int) AS n, generate_series(1, 10) AS seq
    """,
    "ANALYZE",
)

_LENGTHEN: tuple[LiteralString, ...] = (
    """
    INSERT INTO event (project_id, seq, event_type, data, dedupe_key, created_at)
    SELECT id_of(1, 1), seq, 'workflow_event', '{"status": "active"}', 'long:' || seq, at(1)
    FROM generate_series(11, %(events)s::int) AS seq
    """,
    "UPDATE project SET last_seq = %(events)s WHERE id = id_of(1, 1)",
    "ANALYZE event",
)


def id_of(kind: int, n: int) -> UUID:
    """Return the id that the function of the same name returns: kind 1 is a project, 4 a request."""
    return UUID(f"{1735689600000 + n * 60000:012x}7{kind:03d}8{n:015d}")


class ScaleData:
    """The projects of one database."""

    def __init__(self, address: str, pipeline: Pipeline) -> None:
        self._address, self._pipeline = address, pipeline
        self.projects = 0

    async def grow(self, projects: int) -> None:
        """Add projects, up to that many."""
        values = {"first": self.projects + 1, "last": projects, "open": OPEN}
        given = {"pipeline": Jsonb(self._pipeline.model_dump(mode="json")), "stage": self._pipeline.stages[0].name}
        await self._run((() if self.projects else _FUNCTIONS) + _FILL, values | given)
        self.projects = projects

    async def lengthen(self, events: int) -> None:
        """Make the first project's log that long."""
        await self._run(_LENGTHEN, {"events": events})

    async def _run(self, statements: tuple[LiteralString, ...], values: dict[str, object]) -> None:
        async with await psycopg.AsyncConnection.connect(self._address, autocommit=True) as connection:
            for statement in statements:
                await connection.execute(statement, values if "%" in statement else None)
