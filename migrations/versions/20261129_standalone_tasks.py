"""the task that a standalone handoff began with, as a column"""

import sqlalchemy as sa
from alembic import op

revision = "0004_standalone_task"
down_revision = "0003_idempotency_keys"
branch_labels = None
depends_on = None

STANDALONE_TASK = "CASE WHEN (workflow_id ~~ 'task-%'::text) THEN (substr(workflow_id, 6))::uuid ELSE NULL::uuid END"
OPEN = "status IN ('pending', 'working', 'waiting_for_hitl')"


def upgrade() -> None:
    for table in ("task", "hitl_request"):  # rewrites the table
        op.add_column(
            table,
            sa.Column("standalone_task_id", sa.Uuid(), sa.Computed(STANDALONE_TASK, persisted=True), nullable=True),
        )
    op.drop_index("ix_task_open_alone", table_name="task")
    op.create_index(
        "ix_task_open_standalone",
        "task",
        ["standalone_task_id"],
        postgresql_where=sa.text(f"standalone_task_id IS NOT NULL AND {OPEN}"),
    )


def downgrade() -> None:
    op.drop_index("ix_task_open_standalone", table_name="task")
    op.create_index(
        "ix_task_open_alone",
        "task",
        ["workflow_id"],
        postgresql_where=sa.text(f"workflow_id LIKE 'task-%' AND {OPEN}"),
    )
    for table in ("hitl_request", "task"):
        op.drop_column(table, "standalone_task_id")
