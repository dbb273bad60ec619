"""by what a session and a token came to be, so that they end with it"""

import sqlalchemy as sa
from alembic import op

revision = "0025_sessions"
down_revision = "0024_assignees"
branch_labels = None
depends_on = None

COLUMNS = (
    ("session", "token_id", "api_token.id"),
    ("session", "granted_by", "principal.id"),
    ("api_token", "parent_id", "api_token.id"),
    ("api_token", "granted_by", "principal.id"),
)


def upgrade() -> None:
    for table, column, target in COLUMNS:
        op.add_column(table, sa.Column(column, sa.Uuid(), sa.ForeignKey(target), nullable=True))
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_where=where)


def downgrade() -> None:
    for table, column, _ in reversed(COLUMNS):
        op.drop_column(table, column)
