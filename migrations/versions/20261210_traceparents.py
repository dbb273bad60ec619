"""the traces that projects and submitted tasks began in"""

import sqlalchemy as sa
from alembic import op

revision = "0015_traceparents"
down_revision = "0014_given_context"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("project", sa.Column("traceparent", sa.Text(), nullable=True))
    op.add_column("task", sa.Column("traceparent", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("task", "traceparent")
    op.drop_column("project", "traceparent")
