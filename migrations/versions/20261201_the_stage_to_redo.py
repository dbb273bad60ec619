"""the earlier stage that a response sends the work to"""

import sqlalchemy as sa
from alembic import op

revision = "0006_redo"
down_revision = "0005_crews_and_transcripts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hitl_decision", sa.Column("redo", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("hitl_decision", "redo")
