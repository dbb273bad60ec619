"""the crew of a project, transcripts of models, budgets"""

import sqlalchemy as sa
from alembic import op

revision = "0005_crews_and_transcripts"
down_revision = "0004_standalone_task"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("project", sa.Column("crew", sa.Text(), nullable=True))
    op.add_column("project", sa.Column("model", sa.Text(), nullable=True))
    op.add_column("task", sa.Column("continued", sa.Integer(), server_default="0", nullable=False))
    op.add_column("hitl_request", sa.Column("may_continue", sa.Boolean(), server_default="false", nullable=False))
    op.create_table(
        "transcript",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cached_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Float(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_transcript_task_id_task"),
        sa.PrimaryKeyConstraint("task_id", "position", name="pk_transcript"),
    )
    op.create_table(
        "budget",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("spent_usd", sa.Float(), nullable=False),
        sa.Column("reserved_usd", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_budget"),
    )
    op.create_table(
        "reservation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("amount_usd", sa.Float(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["scope"], ["budget.scope"], name="fk_reservation_scope_budget"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_reservation_task_id_task"),
        sa.PrimaryKeyConstraint("id", "scope", name="pk_reservation"),
    )
    op.create_index("ix_reservation_created_at", "reservation", ["created_at"])


def downgrade() -> None:
    for table in ("reservation", "budget", "transcript"):
        op.drop_table(table)
    op.drop_column("hitl_request", "may_continue")
    op.drop_column("task", "continued")
    for column in ("model", "crew"):
        op.drop_column("project", column)
