"""who did what: the principal beside each name, subjects that were replaced, and the roles of groups"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025_actors"
down_revision = "0024_assignees"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("auth_event", sa.Column("actor_id", sa.Uuid(), nullable=True))
    op.add_column("stop", sa.Column("stopped_by_id", sa.Uuid(), nullable=True))
    op.add_column("stop", sa.Column("released_by_id", sa.Uuid(), nullable=True))
    op.add_column("hitl_request", sa.Column("replaced", postgresql.JSONB(none_as_null=True), nullable=True))
    op.add_column("hitl_request", sa.Column("takes_unsigned", sa.Boolean(), server_default="false", nullable=False))
    # The requests of versions that signed nothing. Every later one needs a signature.
    op.execute(
        "UPDATE hitl_request SET takes_unsigned = true "
        "WHERE status = 'pending' AND subject_hash IS NULL AND approvals IS NULL"
    )
    op.create_table(
        "local_group",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "group_role",
        sa.Column("project_id", sa.Uuid(), sa.ForeignKey("project.id"), primary_key=True),
        sa.Column("group_name", sa.Text(), primary_key=True, index=True),
        sa.Column("role", sa.Text(), primary_key=True),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("group_role")
    op.drop_table("local_group")
    op.drop_column("hitl_request", "takes_unsigned")
    op.drop_column("hitl_request", "replaced")
    op.drop_column("stop", "released_by_id")
    op.drop_column("stop", "stopped_by_id")
    op.drop_column("auth_event", "actor_id")
