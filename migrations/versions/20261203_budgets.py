"""budgets of steps, roles and projects, in dollars, tokens and working time"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008_budgets"
down_revision = "0007_discarded_entries"
branch_labels = None
depends_on = None

AMOUNTS = (
    ("raised_usd", sa.Float()),
    ("spent_tokens", sa.BigInteger()),
    ("reserved_tokens", sa.BigInteger()),
    ("raised_tokens", sa.BigInteger()),
    ("spent_seconds", sa.Float()),
    ("reserved_seconds", sa.Float()),
    ("raised_seconds", sa.Float()),
    ("alerted", sa.Integer()),
)
LIMITS = (("limit_usd", sa.Float()), ("limit_tokens", sa.BigInteger()), ("limit_seconds", sa.Float()))

# What was spent before counts in budgets that are set from now on.
SPENT = """
INSERT INTO budget (scope, project_id, spent_usd, reserved_usd, spent_tokens, spent_seconds)
SELECT {scope}, task.project_id, sum(transcript.cost_usd), 0,
       sum(transcript.input_tokens::bigint + transcript.output_tokens), sum(transcript.seconds)
FROM transcript JOIN task ON task.id = transcript.task_id
GROUP BY 1, 2
ON CONFLICT DO NOTHING
"""
SCOPES = (
    "'project:' || task.project_id",
    "'role:' || task.project_id || ':' || task.agent_type",
    "'step:' || task.id",
)


def upgrade() -> None:
    op.add_column("budget", sa.Column("project_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_budget_project_id_project", "budget", "project", ["project_id"], ["id"])
    for name, type in AMOUNTS:
        op.add_column("budget", sa.Column(name, type, server_default="0", nullable=False))
    for name, type in LIMITS:
        op.add_column("budget", sa.Column(name, type, nullable=True))
    op.create_index(
        "ix_budget_project_id", "budget", ["project_id"], postgresql_where=sa.text("project_id IS NOT NULL")
    )
    op.add_column("reservation", sa.Column("amount_tokens", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("reservation", sa.Column("amount_seconds", sa.Float(), server_default="0", nullable=False))
    op.add_column("hitl_request", sa.Column("shortage", JSONB(), nullable=True))
    op.add_column("hitl_decision", sa.Column("raise_by", JSONB(), nullable=True))
    for scope in SCOPES:
        op.execute(SPENT.replace("{scope}", scope))


def downgrade() -> None:
    op.drop_column("hitl_decision", "raise_by")
    op.drop_column("hitl_request", "shortage")
    op.execute("DELETE FROM reservation WHERE scope NOT LIKE 'day:%'")
    op.execute("DELETE FROM budget WHERE scope NOT LIKE 'day:%'")
    for column in ("amount_seconds", "amount_tokens"):
        op.drop_column("reservation", column)
    op.drop_index("ix_budget_project_id", table_name="budget")
    for name, _ in (*LIMITS, *AMOUNTS):
        op.drop_column("budget", name)
    op.drop_constraint("fk_budget_project_id_project", "budget", type_="foreignkey")
    op.drop_column("budget", "project_id")
