"""who may decide a request, who decided it, and the groups of people"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024_assignees"
down_revision = "0023_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hitl_request", sa.Column("approvals", postgresql.JSONB(none_as_null=True), nullable=True))
    op.add_column("hitl_decision", sa.Column("voter", postgresql.JSONB(none_as_null=True), nullable=True))
    op.create_table(
        "group_member",
        sa.Column("principal_id", sa.Uuid(), sa.ForeignKey("principal.id"), primary_key=True),
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("group_member")
    op.drop_column("hitl_decision", "voter")
    op.drop_column("hitl_request", "approvals")
