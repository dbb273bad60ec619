"""the start that may write a task's transcript, discarded entries, the models that were asked, waits of steps"""

import sqlalchemy as sa
from alembic import op

revision = "0007_discarded_entries"
down_revision = "0006_redo"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("starts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("task", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("transcript", sa.Column("asked_for", sa.Text(), nullable=True))
    op.add_column("transcript", sa.Column("discarded", sa.Text(), nullable=True))


def downgrade() -> None:
    for column in ("discarded", "asked_for"):
        op.drop_column("transcript", column)
    for column in ("waiting_since", "starts"):
        op.drop_column("task", column)
