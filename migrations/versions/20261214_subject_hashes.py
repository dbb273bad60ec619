"""hashes of what requests ask about, and signatures of responses"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019_subject_hashes"
down_revision = "0016_withdrawn_context"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hitl_request", sa.Column("subject_hash", sa.Text(), nullable=True))
    op.add_column("hitl_decision", sa.Column("subject_hash", sa.Text(), nullable=True))
    op.add_column("hitl_decision", sa.Column("signature", postgresql.JSONB(), nullable=True))
    op.create_table(
        "signing_key",
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("public_key"),
    )


def downgrade() -> None:
    op.drop_table("signing_key")
    op.drop_column("hitl_decision", "signature")
    op.drop_column("hitl_decision", "subject_hash")
    op.drop_column("hitl_request", "subject_hash")
