"""The tables, and the statement of a step."""

from __future__ import annotations

CREATE = """
CREATE TABLE project (id uuid PRIMARY KEY, name text NOT NULL, brief text NOT NULL, seq int NOT NULL DEFAULT 0);
CREATE TABLE document (
    project_id uuid REFERENCES project, step int, body text NOT NULL, PRIMARY KEY (project_id, step)
);
CREATE TABLE request (id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES project, decision text);
CREATE TABLE event (
    project_id uuid REFERENCES project, seq int, data jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (project_id, seq)
);
"""

_EVENT = """
numbered AS (UPDATE project SET seq = seq + 1 WHERE id = %(project)s RETURNING seq)
INSERT INTO event SELECT %(project)s, seq, %(data)s FROM numbered RETURNING seq, created_at
"""
STEP = (
    "WITH written AS (INSERT INTO document VALUES (%(project)s, %(step)s, %(body)s) ON CONFLICT DO NOTHING), " + _EVENT
)
REQUEST = "WITH opened AS (INSERT INTO request VALUES (%(request)s, %(project)s) ON CONFLICT DO NOTHING), " + _EVENT
DECIDED = "WITH decided AS (UPDATE request SET decision = %(decision)s WHERE id = %(request)s), " + _EVENT
PLAIN = "WITH " + _EVENT
