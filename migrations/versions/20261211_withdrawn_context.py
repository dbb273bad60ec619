"""context that a person withdrew, and recent changes of projects"""

import sqlalchemy as sa
from alembic import op

revision = "0016_withdrawn_context"
down_revision = "0015_traceparents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("given_context", sa.Column("withdrawn_by", sa.Text(), nullable=True))
    op.add_column("given_context", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_event_project_change", "event", ["created_at"], postgresql_where=sa.text("event_type = 'project_change'")
    )


def downgrade() -> None:
    op.drop_index("ix_event_project_change", table_name="event")
    op.drop_column("given_context", "withdrawn_at")
    op.drop_column("given_context", "withdrawn_by")
