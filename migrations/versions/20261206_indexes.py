"""indexes for many projects: accepted versions, names of projects, and hashes of the keys of events"""

import logging

import sqlalchemy as sa
from alembic import op

revision = "0011_indexes"
down_revision = "0010_tool_calls"
branch_labels = None
depends_on = None

NAMES = "ix_project_name_trigrams"

# store/text_search.py: `casefolded(PROJECT.c.name)`, as PostgreSQL must find it in a query.
CASEFOLDED_NAME = r"""
CASE WHEN char_length(name) = octet_length(name) THEN lower(name COLLATE "C")
ELSE replace(replace(translate(lower(upper(translate(normalize(name, NFKC), 'Iıİ', 'iii'))), 'ıς', 'iσ'), 'i̇', 'i'),
             'ß', 'ss') END
"""


def upgrade() -> None:
    op.create_index(
        "ix_artifact_accepted",
        "artifact",
        ["project_id", "type", "name", sa.text("version DESC")],
        postgresql_where=sa.text("accepted_at IS NOT NULL"),
    )
    op.create_index(
        "uq_event_key",
        "event",
        ["project_id", sa.text("hashtextextended(dedupe_key, 0)"), sa.text("hashtextextended(dedupe_key, 1)")],
        unique=True,
    )
    op.drop_constraint("uq_event_project_id_dedupe_key", "event")
    # Without the extension, a search reads all names.
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            connection.execute(
                sa.text(
                    f"CREATE INDEX {NAMES} ON project USING gin (({CASEFOLDED_NAME}) gin_trgm_ops) WITH (fastupdate = off)"
                )
            )
    except sa.exc.DBAPIError as error:  # it is not installed, or only an administrator may create it
        logging.getLogger(__name__).warning("Projects are searched without an index: %s", error.orig)


def downgrade() -> None:
    op.create_unique_constraint("uq_event_project_id_dedupe_key", "event", ["project_id", "dedupe_key"])
    op.drop_index("uq_event_key", "event")
    op.execute(f"DROP INDEX IF EXISTS {NAMES}")
    op.drop_index("ix_artifact_accepted", "artifact")
