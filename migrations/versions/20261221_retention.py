"""removing projects: those that are kept, since when contents are stored, and indexes of what refers to a removed row"""

import sqlalchemy as sa
from alembic import op

revision = "0021_retention"
down_revision = "0020_identity"
branch_labels = None
depends_on = None

# PostgreSQL looks for the rows that refer to each row that is removed; without an index, it would read whole tables.
REFERENCES = (
    ("artifact", "content_hash", False),
    ("artifact", "based_on", True),
    ("given_context", "artifact_id", False),
    ("hitl_request", "task_id", False),
    ("hitl_decision", "project_id", False),
    ("hitl_decision", "content_hash", True),
    ("stop", "project_id", True),
    ("stop", "task_id", True),
    ("api_token", "project_id", True),
)


def upgrade() -> None:
    op.add_column("project", sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_project_ended_at",
        "project",
        ["ended_at"],
        postgresql_where=sa.text("ended_at IS NOT NULL AND kept_at IS NULL"),
    )
    # What is stored already counts as stored now. A constant default, so that the table is not written again.
    op.add_column(
        "content",
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    for table, column, nullable in REFERENCES:
        condition = sa.text(f"{column} IS NOT NULL") if nullable else None
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_where=condition)


def downgrade() -> None:
    for table, column, _ in REFERENCES:
        op.drop_index(f"ix_{table}_{column}", table)
    op.drop_column("content", "stored_at")
    op.drop_index("ix_project_ended_at", "project")
    op.drop_column("project", "kept_at")
