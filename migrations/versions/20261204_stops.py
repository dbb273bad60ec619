"""stops, the deadlines that they hold, and gates that need a person"""

import sqlalchemy as sa
from alembic import op

revision = "0009_stops"
down_revision = "0008_budgets"
branch_labels = None
depends_on = None

NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid"


def upgrade() -> None:
    op.create_table(
        "stop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stopped_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_announced", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_stop_project_id_project")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_stop_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop")),
    )
    op.create_index(
        "uq_stop_held",
        "stop",
        [
            sa.text(f"coalesce(project_id, {NOBODY})"),
            sa.text("coalesce(role, ''::text)"),
            sa.text(f"coalesce(task_id, {NOBODY})"),
        ],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_index("ix_stop_unannounced", "stop", ["created_at"], postgresql_where=sa.text("NOT is_announced"))
    op.add_column("hitl_request", sa.Column("held_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("hitl_request", sa.Column("needs_person", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("project", sa.Column("checkpoint_after", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("project", "checkpoint_after")
    for column in ("needs_person", "held_since"):
        op.drop_column("hitl_request", column)
    op.drop_table("stop")
