"""workflows that are started again from their records"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_generation"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("project", "task"):
        op.add_column(table, sa.Column("generation", sa.Integer(), server_default="0", nullable=False))
        op.add_column(table, sa.Column("workflow_problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
        op.create_index(
            f"ix_{table}_workflow_problem", table, ["id"], postgresql_where=sa.text("workflow_problem IS NOT NULL")
        )
    op.add_column("project", sa.Column("opened_run", sa.Text(), nullable=True))
    op.create_index(
        "ix_task_open_alone",
        "task",
        ["workflow_id"],
        postgresql_where=sa.text("workflow_id LIKE 'task-%' AND status IN ('pending', 'working', 'waiting_for_hitl')"),
    )


def downgrade() -> None:
    op.drop_index("ix_task_open_alone", table_name="task")
    op.drop_column("project", "opened_run")
    for table in ("project", "task"):
        op.drop_index(f"ix_{table}_workflow_problem", table_name=table)
        op.drop_column(table, "workflow_problem")
        op.drop_column(table, "generation")
